import { type LimitMeter, newMeter } from './limit-meter.ts';
import type { PaceTerms } from './limit-policy.ts';
import type { WindowEntry } from './limit-window.ts';
import { isMeterFull, used } from './meter-room.ts';
import { takeLater } from './meter-use.ts';
import type { MeteredLimit } from './metered-limit.ts';

/** A limit that isn't in force any more: it counts on for its window, for it may come back. */
export interface PastLimit {
  readonly meter: LimitMeter;
  readonly until: number;
}

/** No more of them are kept, the latest first. */
const MOST = 8;

/** Those that count on when only `kept` of the meters stay in force. */
export function retired(
  past: readonly PastLimit[],
  meters: readonly LimitMeter[],
  kept: readonly LimitMeter[],
  terms: PaceTerms,
  now: number,
): PastLimit[] {
  const gone = meters.filter((meter) => !kept.includes(meter) && !isMeterFull(meter, terms, now));
  const recent = gone.map((meter) => ({ meter, until: now + meter.limit.windowMs }));
  const earlier = past.filter(({ meter, until }) => until > now && !kept.includes(meter));
  return [...recent, ...earlier].slice(0, MOST);
}

/**
 * A limit that is new, with what was used before it was: as much as the others of its dimension, or
 * the lane (`taken`), know of.
 */
export function begun(
  limit: MeteredLimit,
  others: readonly LimitMeter[],
  taken: readonly WindowEntry[],
  terms: PaceTerms,
  now: number,
): LimitMeter {
  const since = now - limit.windowMs;
  const ofDimension = others.filter((each) => each.limit.dimension === limit.dimension);
  const known = [taken, ...ofDimension.map((meter) => useOf(meter, terms, now))];
  let most: readonly WindowEntry[] = [];
  for (const entries of known) {
    const recent = entries.filter(({ at, cost }) => at > since && cost > 0);
    if (sumOf(recent) > sumOf(most)) most = recent;
  }
  const meter = newMeter(limit, terms, most[0]?.at ?? now);
  for (const { at, cost } of most) takeLater(meter, cost, terms, at);
  return meter;
}

/**
 * A limit has become lower: of a bucket that filled faster, no more is left than if it had always been
 * so low. That makes no debt.
 */
export function remember(
  meter: LimitMeter,
  taken: readonly WindowEntry[],
  terms: PaceTerms,
  now: number,
): void {
  const { level } = begun(meter.limit, [], taken, terms, now).bucket;
  const left = Math.min(meter.bucket.level, Math.max(0, level));
  meter.bucket = { ...meter.bucket, level: left };
}

/** What was used of a limit, and when; at once where only a bucket knows it. */
function useOf(meter: LimitMeter, terms: PaceTerms, now: number): readonly WindowEntry[] {
  const total = used(meter, terms, now);
  const entries = meter.windows.map(({ entries }) => entries).find((each) => sumOf(each) >= total);
  return entries ?? [{ at: now, cost: total }];
}

function sumOf(entries: readonly WindowEntry[]): number {
  return entries.reduce((sum, { cost }) => sum + cost, 0);
}
