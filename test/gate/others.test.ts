import { expect, it } from 'vitest';
import { Meter, type MeteredLimit } from '../../src/gate/meter.ts';
import type { Tuning } from '../../src/model/learned.ts';
import { UNKNOWN_SHAPE } from '../../src/model/limits.ts';

const SECOND = 1000;
const LIMIT: MeteredLimit = {
  dimension: 'tokens',
  max: 60_000,
  windowMs: 60_000,
  source: 'headers',
};
const PACED_BY_THE_SECOND: Tuning = { rateShare: 1, strictness: 3 };

/** A meter of a server that counts by the second, after a minute in which others have used 40 % of the limit. */
function afterAMinute(): Meter {
  const options = { shape: UNKNOWN_SHAPE, isShapeGiven: true, headroom: 0.2 };
  const meter = new Meter(LIMIT, { ...options, correction: 'unknown' }, 0);
  for (let second = 1; second < 60; second++) {
    const sentAt = second * SECOND;
    meter.take(400, sentAt);
    const remaining = LIMIT.max - second * (400 + 400);
    meter.observe({ limit: LIMIT.max, remaining, sentAt, takenSince: 0 }, sentAt);
  }
  return meter;
}

/** What may go in a minute, and in a second. */
function paceOf({ spec }: Meter): { perMinute: number; perSecond: number } {
  const guard = spec.guards.find(({ spanMs }) => spanMs < LIMIT.windowMs);
  return {
    perMinute: Math.round(spec.bucket.perMs * LIMIT.windowMs),
    perSecond: Math.round(guard?.max ?? 0),
  };
}

function refuse(meter: Meter, remaining: number, tuning: Tuning): void {
  const now = 60 * SECOND;
  meter.observe({ limit: LIMIT.max, remaining, sentAt: now - 1, takenSince: 0 }, now - 1);
  meter.tune(tuning, now);
  meter.drain(now);
  meter.observe({ limit: LIMIT.max, remaining, sentAt: now, takenSince: 0 }, now);
}

it('leaves others their share by following what is left, while nothing is refused', () => {
  expect(paceOf(afterAMinute())).toEqual({ perMinute: 48_000, perSecond: 900 });
});

it('leaves it to them in each second after a refusal while much was left', () => {
  const meter = afterAMinute();
  refuse(meter, 20_000, PACED_BY_THE_SECOND);
  const left = Math.round(100 * meter.othersShare(60 * SECOND)) / 100;
  expect(left).toBeGreaterThan(0.25);
  expect(paceOf(meter)).toEqual({
    perMinute: Math.round((1 - left) * 48_000),
    perSecond: Math.round((1 - left) * 900),
  });
});

it('does not after a refusal because nothing was left: a window, which was followed too late', () => {
  const meter = afterAMinute();
  refuse(meter, 0, PACED_BY_THE_SECOND);
  expect(paceOf(meter)).toEqual({ perMinute: 48_000, perSecond: 900 });
});

it('does so no longer than the lane is careful', () => {
  const meter = afterAMinute();
  refuse(meter, 20_000, PACED_BY_THE_SECOND);
  meter.tune({ rateShare: 1, strictness: 0 }, 61 * SECOND);
  expect(paceOf(meter)).toEqual({ perMinute: 48_000, perSecond: 900 });
  meter.tune(PACED_BY_THE_SECOND, 62 * SECOND);
  expect(paceOf(meter)).toEqual({ perMinute: 48_000, perSecond: 900 });
});

it('does not pay for others twice, where caution has cut the rate for them already', () => {
  const meter = afterAMinute();
  refuse(meter, 20_000, { rateShare: 0.8, strictness: 3 });
  const left = Math.round(100 * meter.othersShare(60 * SECOND)) / 100;
  expect(paceOf(meter).perMinute).toBe(Math.round((1 - left) * 48_000));
});
