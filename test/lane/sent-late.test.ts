import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { UNKNOWN_SHAPE } from '../../src/model/limits.ts';
import { FastClock } from '../support/fast-clock.ts';
import { greatestIn, type Started } from '../support/schedule.ts';

const WINDOW = 10_000;

/** A call that leaves the process so long after its grant, and ends so long after that. */
const call = fc.record({
  after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })),
  lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })),
  takesMs: fc.integer({ min: 0, max: 15_000 }),
  tokens: fc.integer({ min: 1, max: 400 }),
  used: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('calls that leave late', () => {
  it('of no trailing window more than its promise is sent, whatever they use', async () => {
    const property = fc.asyncProperty(
      fc.array(call, { minLength: 20, maxLength: 80 }),
      fc.boolean(),
      async (calls, isShown) => {
        const clock = new FastClock();
        const limiter = createRateLimiter({
          clock,
          limits: [
            { dimension: 'requests', max: 10, windowMs: WINDOW },
            { dimension: 'tokens', max: 1000, windowMs: WINDOW },
          ],
          enforcement: 'window',
        });
        const shape = () =>
          ({ ...UNKNOWN_SHAPE, enforcement: 'window', burstSeconds: 60 }) as const;
        const lane = limiter.core.lane({ host: 'h', model: 'm', shape, learns: true });
        const sent: Started[] = [];
        const sleep = (ms: number): Promise<void> =>
          new Promise((resolve) => clock.setTimeout(resolve, ms));
        let dueAt = 0;
        for (const [index, { after, lateMs, takesMs, tokens, used }] of calls.entries()) {
          dueAt += after;
          clock.setTimeout(async () => {
            const arrivedAt = clock.now();
            const cost = { requests: 1, tokens };
            const reservation = await lane.acquire({ cost });
            await sleep(lateMs);
            reservation.sent();
            sent.push({ index, arrivedAt, at: clock.now(), tokens: used * tokens });
            await sleep(takesMs);
            if (isShown) {
              const shown = { dimension: 'requests', limit: 10, windowMs: WINDOW } as const;
              lane.feedback.observe(reservation, [{ ...shown, remaining: 10 }]);
            }
            reservation.settle({ tokens: used * tokens });
          }, dueAt);
        }
        await clock.run();
        sent.sort((one, other) => one.at - other.at);
        expect(sent).toHaveLength(calls.length);
        const { calls: most } = greatestIn(
          sent.map((each) => ({ ...each, tokens: 1 })),
          WINDOW,
        );
        expect(most).toBeLessThanOrEqual(8);
        expect(greatestIn(sent, WINDOW).tokens).toBeLessThanOrEqual(800 + 1e-6);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
