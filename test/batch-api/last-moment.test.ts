import fc from 'fast-check';
import { expect, it } from 'vitest';
import { atLastMoment } from '../../src/batch-api/last-moment.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** When what is left goes live, if its share changes at those times. */
async function momentOf(
  dueAt: number,
  liveMs: number,
  shares: readonly (readonly [at: number, left: number])[] = [],
): Promise<number[]> {
  const clock = createVirtualClock();
  const moments: number[] = [];
  const left = (): number => shares.findLast(([at]) => at <= clock.now())?.[1] ?? 1;
  atLastMoment(clock, { dueAt, liveMs, left }, () => moments.push(clock.now()));
  await clock.runUntilIdle();
  return moments;
}

it('comes when all that is left still fits', async () => {
  expect(await momentOf(6 * HOUR, HOUR)).toEqual([5 * HOUR]);
  // Half has come: the other half takes half an hour, and no more comes.
  expect(await momentOf(6 * HOUR, HOUR, [[HOUR, 0.5]])).toEqual([5.5 * HOUR]);
  const shares = [[HOUR, 0.5] as const, [5.25 * HOUR, 0.25] as const];
  expect(await momentOf(6 * HOUR, HOUR, shares)).toEqual([5.75 * HOUR]);
});

it('is over when it is ended', async () => {
  const clock = createVirtualClock();
  const moments: number[] = [];
  const end = atLastMoment(clock, { dueAt: HOUR, liveMs: MINUTE, left: () => 1 }, () =>
    moments.push(clock.now()),
  );
  end();
  await clock.runUntilIdle();
  expect(moments).toEqual([]);
});

it('never comes too late for what is left, nor a minute too early, however results come', async () => {
  const share = fc.tuple(
    fc.integer({ min: 0, max: 6 * HOUR }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: MINUTE, max: 6 * HOUR }),
      fc.array(share, { maxLength: 6 }),
      async (liveMs, given) => {
        const times = given.map(([at]) => at).toSorted((one, other) => one - other);
        const lefts = given.map(([, left]) => left).toSorted((one, other) => other - one);
        const shares = times.map((at, i) => [at, lefts[i]!] as const);
        const [moment = Number.NaN, ...more] = await momentOf(6 * HOUR, liveMs, shares);
        expect(more).toEqual([]);
        const left = shares.findLast(([at]) => at <= moment)?.[1] ?? 1;
        const spare = 6 * HOUR - moment - liveMs * left;
        expect(spare).toBeGreaterThanOrEqual(-0.01);
        expect(spare).toBeLessThan(MINUTE + 0.01);
      },
    ),
  );
});
