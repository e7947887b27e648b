import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeRedis } from './support/describe-redis.ts';
import { LaneUnderTest, shapes, steps } from './support/lane-history.ts';
import { LaneModel } from './support/lane-model.ts';
import { VirtualServer } from './support/virtual-server.ts';

// The server keeps trailing windows in slots; so does memory, to be compared exactly.
vi.mock('../../src/gate/trailing-window.ts', async (original) => {
  const { TrailingWindow } = await original<typeof import('../../src/gate/trailing-window.ts')>();
  class Slotted extends TrailingWindow {
    constructor(max: number, spanMs: number, resolutionMs = spanMs / 128) {
      super(max, spanMs, resolutionMs);
    }
  }
  return { TrailingWindow: Slotted };
});

describeRedis('a lane of one process', (server) => {
  let virtual: VirtualServer;
  beforeAll(async () => {
    virtual = await VirtualServer.of(server());
  });
  afterAll(() => virtual.close());

  it('is answered in Redis as it would be in memory, to the last bit', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(shapes, steps, async (shape, history) => {
        const lane = new LaneUnderTest(virtual, `model-${run++}`, shape);
        const model = new LaneModel(shape);
        for (const step of history) {
          virtual.advance(step.afterMs);
          const events = lane.events(step);
          const theirs = await lane.ask(events);
          const ours = model.ask(lane.asked, lane.limits, events, virtual.now);
          expect(theirs).toEqual(ours);
          lane.went(theirs);
        }
      }),
      { numRuns: 250 },
    );
  });
});
