import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallTooLarge } from '../src/errors.ts';
import { createRateLimiter } from '../src/limiter.ts';
import { FastClock } from './support/fast-clock.ts';
import { runs } from './support/runs.ts';
import { arrivals, greatestIn, type Started, schedule } from './support/schedule.ts';

const RUNS = { numRuns: runs(300) };
const MINUTE_MS = 60_000;
/** Float sums of a run may differ from ours by less than this. */
const ROUNDING = 1e-3;

const limit = fc.integer({ min: 100, max: 100_000 });
const headroom = fc.constantFrom(0, 0.1, 0.2, 0.5);

/** The cost of the calls from `first` to `last`. */
function costOf(started: readonly Started[], first: number, last: number): number {
  return started.slice(first, last + 1).reduce((sum, { tokens }) => sum + tokens, 0);
}

describe('any schedule', () => {
  it('keeps a bucket’s promise: in t ms no more than the burst, or one larger call, and r · t', async () => {
    const burst = fc.constantFrom(0.25, 1, 3, 10, 60);
    await fc.assert(
      fc.asyncProperty(
        fc
          .tuple(limit, headroom, burst)
          .chain(([tpm, h, seconds]) => fc.tuple(fc.constant({ tpm, h, seconds }), arrivals(tpm))),
        async ([{ tpm, h, seconds }, calls]) => {
          const limits = { tpm };
          const options = {
            limits,
            headroom: h,
            burstSeconds: seconds,
            enforcement: 'bucket',
          } as const;
          const started = await schedule(options, calls);
          expect(started).toHaveLength(calls.length);
          const perMs = ((1 - h) * tpm) / MINUTE_MS;
          for (let first = 0; first < started.length; first++) {
            for (let last = first; last < started.length; last++) {
              const span = started[last]!.at - started[first]!.at;
              const largest = Math.max(
                ...started.slice(first, last + 1).map(({ tokens }) => tokens),
              );
              const most = Math.max(perMs * seconds * 1000, largest) + perMs * span;
              expect(costOf(started, first, last)).toBeLessThanOrEqual(most + ROUNDING);
            }
          }
        },
      ),
      RUNS,
    );
  });

  it('keeps a window’s promise: in any trailing minute (1 − h) · limit, or one call alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .tuple(limit, headroom)
          .chain(([tpm, h]) => fc.tuple(fc.constant({ tpm, h }), arrivals(tpm))),
        async ([{ tpm, h }, calls]) => {
          const options = { limits: { tpm }, headroom: h, enforcement: 'window' } as const;
          const started = await schedule(options, calls);
          expect(started).toHaveLength(calls.length);
          const { tokens, calls: together } = greatestIn(started, MINUTE_MS);
          if (together > 1) expect(tokens).toBeLessThanOrEqual((1 - h) * tpm + ROUNDING);
        },
      ),
      RUNS,
    );
  });

  it('keeps the promise of slices: a sixtieth of the limit in any second, or one call alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .tuple(limit, headroom)
          .chain(([tpm, h]) => fc.tuple(fc.constant({ tpm, h }), arrivals(tpm))),
        async ([{ tpm, h }, calls]) => {
          const started = await schedule({ limits: { tpm }, headroom: h }, calls);
          expect(started).toHaveLength(calls.length);
          const second = greatestIn(started, 1000);
          if (second.calls > 1) expect(second.tokens).toBeLessThanOrEqual(tpm / 60 + ROUNDING);
          const minute = greatestIn(started, MINUTE_MS);
          if (minute.calls > 1) expect(minute.tokens).toBeLessThanOrEqual((1 - h) * tpm + ROUNDING);
        },
      ),
      RUNS,
    );
  });

  it('conserves work: while the first call waits, its bucket lacks room', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(limit, headroom).chain(([tpm, h]) =>
          // No larger than the bucket, and so alike that nothing overtakes.
          fc.tuple(fc.constant({ tpm, h }), arrivals(Math.max(1, Math.floor(tpm / 100)))),
        ),
        async ([{ tpm, h }, calls]) => {
          const options = {
            limits: { tpm },
            headroom: h,
            burstSeconds: 10,
            enforcement: 'bucket',
          } as const;
          const started = await schedule(options, calls);
          const perMs = ((1 - h) * tpm) / MINUTE_MS;
          for (const [index, call] of started.entries()) {
            const freeAt = Math.max(call.arrivedAt, started[index - 1]?.at ?? 0);
            if (call.at <= freeAt + 1) continue;
            // A millisecond earlier, some stretch up to then had no room for it.
            const before = started.slice(0, index);
            const isShort = before.some(({ at }, first) => {
              const room = perMs * 10_000 + perMs * (call.at - 1 - at);
              return costOf(before, first, index - 1) + call.tokens > room - ROUNDING;
            });
            expect(isShort).toBe(true);
          }
        },
      ),
      RUNS,
    );
  });

  it('keeps the order of calls that cost the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        limit,
        arrivals(1, 40),
        fc.integer({ min: 1, max: 100 }),
        async (tpm, calls, cost) => {
          const alike = calls.map(({ after }) => ({ after, tokens: Math.min(tpm, cost) }));
          const started = await schedule({ limits: { tpm } }, alike);
          expect(started.map(({ index }) => index)).toEqual(calls.map((_, index) => index));
        },
      ),
      RUNS,
    );
  });

  it('lets a call be passed only so far: it starts within 1.9 times its own wait', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1000, max: 100_000 }),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        arrivals(50, 60),
        async (tpm, share, others) => {
          const large = Math.floor(share * 0.8 * tpm);
          const drain = Math.floor(0.8 * tpm);
          const first = [
            { after: 0, tokens: drain },
            { after: 0, tokens: large },
          ];
          const options = { limits: { tpm }, enforcement: 'bucket' } as const;
          const started = await schedule(options, [...first, ...others]);
          const alone = ((large - (0.8 * tpm - drain)) * MINUTE_MS) / (0.8 * tpm);
          const { at } = started.find(({ index }) => index === 1)!;
          expect(at).toBeLessThanOrEqual(Math.ceil(1.9 * alone) + 1);
        },
      ),
      RUNS,
    );
  });

  it('starves no large call behind another one, however many small ones pass', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 100, max: 400 }),
        async (count, everyMs) => {
          const tpm = 200_000;
          const large = 0.75 * tpm;
          const first = [{ after: 0, tokens: 0.8 * tpm }];
          const larges = Array.from({ length: count }, () => ({ after: 0, tokens: large }));
          const small = Array.from({ length: 3000 }, () => ({ after: everyMs, tokens: 500 }));
          const options = { limits: { tpm }, enforcement: 'bucket' } as const;
          const started = await schedule(options, [...first, ...larges, ...small]);
          const alone = (large * MINUTE_MS) / (0.8 * tpm);
          for (let index = 1; index <= count; index++) {
            const { at } = started.find((each) => each.index === index)!;
            expect(at).toBeLessThanOrEqual(index * (Math.ceil(1.9 * alone) + 1000));
          }
        },
      ),
      { numRuns: 6 },
    );
  });

  it('rejects a cost above the limit at once, and sends all others in bounded time', async () => {
    await fc.assert(
      fc.asyncProperty(
        limit,
        fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 20 }),
        async (tpm, costs) => {
          const clock = new FastClock();
          const limiter = createRateLimiter({ clock, limits: { tpm } });
          const ends = costs.map((tokens) =>
            limiter.acquire({ tokens }).then(
              () => 'sent',
              (error: unknown) => {
                expect(error).toBeInstanceOf(CallTooLarge);
                expect(error).toMatchObject({ cost: tokens, limit: tpm });
                return `rejected at ${clock.now()}`;
              },
            ),
          );
          await clock.run();
          expect(await Promise.all(ends)).toEqual(
            costs.map((cost) => (cost > tpm ? 'rejected at 0' : 'sent')),
          );
          const sent = costs.filter((cost) => cost <= tpm);
          const total = sent.reduce((sum, cost) => sum + cost, 0);
          // The rate, and what whole calls may leave unused of each trailing minute.
          const most = (2 * total * MINUTE_MS) / (0.8 * tpm) + (1 + sent.length) * 1250;
          expect(clock.now()).toBeLessThanOrEqual(most);
        },
      ),
      RUNS,
    );
  });

  it('neither loses nor makes anything, however reservations end', async () => {
    const step = fc.record({
      tokens: fc.integer({ min: 0, max: 200 }),
      used: fc.integer({ min: 0, max: 400 }),
      ends: fc.array(fc.constantFrom('settle', 'cancel', 'settle nothing'), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const clock = new FastClock();
        // Over a window this long nothing flows in during the test.
        const limits = [{ dimension: 'tokens', max: 10_000, windowMs: 1e18 }] as const;
        const limiter = createRateLimiter({ clock, headroom: 0, enforcement: 'bucket', limits });
        let expectedLevel = 10_000;
        for (const { tokens, used, ends } of steps) {
          const reservation = await limiter.acquire({ tokens });
          expectedLevel -= tokens;
          for (const end of ends) {
            if (end === 'cancel') reservation.cancel();
            else if (end === 'settle') reservation.settle({ tokens: used });
            else reservation.settle();
          }
          if (ends[0] === 'cancel') expectedLevel += tokens;
          if (ends[0] === 'settle') expectedLevel += tokens - used;
        }
        const [lane] = limiter.snapshot();
        if (lane !== undefined) expect(lane.limits[0]?.level).toBeCloseTo(expectedLevel, 6);
        const unended = steps.filter(({ ends }) => ends.length === 0).length;
        await clock.settle();
        expect(lane === undefined ? 0 : limiter.snapshot()[0]?.inFlight).toBe(unended);
      }),
      RUNS,
    );
  });
});
