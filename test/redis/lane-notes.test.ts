import { expect, it } from 'vitest';
import { CallerMemos } from '../../src/redis/caller-memos.ts';
import { KeyNames } from '../../src/redis/key-names.ts';
import { RedisLane } from '../../src/redis/redis-lane.ts';
import type { Note } from '../../src/stores/shared-lane.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { NOBODY } from './support/lane-history.ts';
import { caller, ONE } from './support/processes.ts';

/** A lane, and when it talks to the server, which was last paused until `until`. */
function laneOf(
  clock: VirtualClock,
  until = 0,
  isFull = false,
): { lane: RedisLane; sentAt: number[] } {
  const sentAt: number[] = [];
  const run = async (): Promise<string> => {
    sentAt.push(clock.now());
    const pause = { epoch: 1, cause: 'rate', since: 0, until };
    return JSON.stringify({ now: clock.now(), isFull, ...(until > 0 && { pause }) });
  };
  const keys = new KeyNames('notes');
  const lane = new RedisLane({
    name: 'lane',
    pid: 'process',
    run,
    keys,
    clock,
    leaseMs: 1e9,
    memos: new CallerMemos(),
  });
  return { lane, sentAt };
}

const ended = (key = NOBODY): Note => {
  const costs = { taken: ONE, actual: ONE, keyTaken: {}, keyActual: {} };
  return { kind: 'ended', epoch: 0, at: 0, key, ...costs, wasAnswered: true };
};
const question = (concurrency = Number.POSITIVE_INFINITY) => {
  return { meters: [], version: 0, concurrency, candidates: [] };
};

it('what nobody waits for is told with the next question, or after a quarter of a second', async () => {
  const clock = createVirtualClock();
  const { lane, sentAt } = laneOf(clock);
  lane.note(ended());
  await clock.advance(200);
  await lane.ask(question());
  await clock.advance(1000);
  lane.note(ended());
  await clock.advance(100);
  lane.note({ kind: 'answered', epoch: 0 });
  await clock.advance(1000);
  expect(sentAt).toEqual([200, 1450]);
});

it.each([
  ['a slot of the lane', question(3), NOBODY],
  ["a slot of a key's", question(), caller('key', { concurrency: 1 })],
])('%s that is free is told soon', async (_, asked, key) => {
  const clock = createVirtualClock();
  const { lane, sentAt } = laneOf(clock);
  await lane.ask(asked);
  lane.note(ended(key));
  await clock.advance(1000);
  expect(sentAt).toEqual([0, 20]);
});

it('a slot that others may wait for is told in the same moment, if nobody waits here', async () => {
  const clock = createVirtualClock();
  const { lane, sentAt } = laneOf(clock, 0, true);
  await lane.ask(question(3));
  await clock.advance(5);
  for (let i = 0; i < 3; i++) lane.note(ended());
  await clock.advance(1000);
  expect(sentAt).toEqual([0, 5]);
});

it('an answer after a pause is told soon', async () => {
  const clock = createVirtualClock();
  const { lane, sentAt } = laneOf(clock, 10);
  await lane.ask(question());
  lane.note({ kind: 'answered', epoch: 1 });
  await clock.advance(1000);
  expect(sentAt).toEqual([0, 20]);
});
