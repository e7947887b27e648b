import { type Dimension, MINUTE_MS, type Subject } from '../../model/limits.ts';
import type { ObservedLimit } from '../../model/observed-limit.ts';
import { isSameLimit, type Sighting } from '../limits/metered-limit.ts';
import type { KnownLimits } from './known-limits.ts';

/** What a response shows, each limit once: of two for the same dimension the stricter counts. */
export function sightingsOf(known: KnownLimits, observed: readonly ObservedLimit[]): Sighting[] {
  const isSplit = observed.some(({ dimension }) => dimension === 'inputTokens');
  const sightings: Sighting[] = [];
  for (const each of observed) {
    // Anthropic's `tokens` is the sum of its two, which are there as well.
    if (isSplit && each.dimension === 'tokens') continue;
    const sighting = sightingOf(known, each);
    if (sighting === undefined) continue;
    const index = sightings.findIndex((other) => isSameLimit(other, sighting));
    if (index < 0) sightings.push(sighting);
    else sightings[index] = stricter(sightings[index]!, sighting);
  }
  return sightings;
}

function sightingOf(
  { inForce, windows }: KnownLimits,
  { dimension, limit, remaining, resetMs, windowMs }: ObservedLimit,
): Sighting | undefined {
  if (limit === undefined || limit <= 0) return undefined;
  const ofSize = inForce.find((each) => each.dimension === dimension && each.max === limit);
  const known = ofSize?.windowMs ?? onlyWindow(windows, dimension) ?? MINUTE_MS;
  return { dimension, max: limit, remaining, windowMs: windowMs ?? known, resetMs };
}

function onlyWindow(windows: readonly Subject[], dimension: Dimension): number | undefined {
  const [one, other] = windows.filter((each) => each.dimension === dimension);
  return other === undefined ? one?.windowMs : undefined;
}

function stricter(one: Sighting, other: Sighting): Sighting {
  const max = Math.min(one.max, other.max);
  const remaining = Math.min(one.remaining ?? Infinity, other.remaining ?? Infinity);
  return { ...one, max, remaining: remaining === Infinity ? undefined : remaining };
}
