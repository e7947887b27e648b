import { type MeteredName, WINDOW_MS } from '../limit-names.ts';
import { BucketMeter } from './bucket.ts';
import { FixedWindowMeter } from './fixed-window.ts';
import type { Meter } from './meter.ts';
import { Slices } from './slices.ts';
import { SlidingWindow } from './sliding-window.ts';

/**
 * How the simulated server enforces its limits.
 *
 * - `bucket`: a token bucket that holds a whole minute's worth (a day's, for a daily limit).
 * - `bucket-10s`: a token bucket that holds ten seconds' worth, and one request at least.
 * - `sliding`, or `window` as in the limiter: no trailing minute sees more than the limit.
 * - `fixed`: no minute of the wall clock sees more than the limit.
 * - `slices`: a sixtieth of the limit in each second of the wall clock; a call that is larger
 *   passes only into an empty second, and uses it up.
 *
 * Daily limits are whole-day buckets under `bucket-10s` and `slices`.
 */
export type SimulatorEnforcement = 'bucket' | 'bucket-10s' | 'sliding' | 'fixed' | 'slices';

export const ENFORCEMENTS: readonly SimulatorEnforcement[] = [
  'bucket',
  'bucket-10s',
  'sliding',
  'fixed',
  'slices',
];

const MINUTE_MS = 60_000;
const SHORT_BURST_MS = 10_000;

const whole = (limit: number): number => limit;
const shortOfTokens = (limit: number): number => (limit * SHORT_BURST_MS) / MINUTE_MS;
const shortOfRequests = (limit: number): number => Math.max(1, shortOfTokens(limit));

export function createMeter(
  enforcement: SimulatorEnforcement,
  name: MeteredName,
  limit: number,
  now: number,
): Meter {
  const windowMs = WINDOW_MS[name];
  if (enforcement === 'sliding') return new SlidingWindow(limit, windowMs);
  if (enforcement === 'fixed') return new FixedWindowMeter(limit, windowMs);
  if (enforcement === 'bucket' || windowMs !== MINUTE_MS) {
    return new BucketMeter(limit, windowMs, whole, now);
  }
  if (enforcement === 'slices') return new Slices(limit, windowMs);
  return new BucketMeter(limit, windowMs, name === 'rpm' ? shortOfRequests : shortOfTokens, now);
}

/** The most that a limit has to give at once under this enforcement: what `fill` is a part of. */
export function fullMeter(
  enforcement: SimulatorEnforcement,
  name: MeteredName,
  limit: number,
): number {
  if (enforcement !== 'bucket-10s' || WINDOW_MS[name] !== MINUTE_MS) return limit;
  return name === 'rpm' ? shortOfRequests(limit) : shortOfTokens(limit);
}
