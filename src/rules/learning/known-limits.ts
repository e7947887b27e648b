import {
  DIMENSIONS,
  type Dimension,
  isUpstream,
  type Limit,
  type LimitSource,
  MINUTE_MS,
  type Subject,
} from '../../model/limits.ts';
import type { ObservedLimit } from '../../model/observed-limit.ts';
import { type Codec, list, number, oneOf, record, table } from '../codec.ts';
import {
  isSameLimit,
  type MeteredLimit,
  meteredLimit,
  type Sighting,
} from '../limits/metered-limit.ts';

/**
 * The limits of one lane and where each comes from. What was given is an upper bound: headers and
 * refusals may lower it, never raise it. A published limit, guessed or not, gives way to what they
 * show; one that they don't show stays.
 *
 * Invariant: each list has a limit once.
 */
export interface KnownLimits {
  /** Those to begin with. */
  start: MeteredLimit[];
  inForce: MeteredLimit[];
  /** What headers and refusals have shown last, whatever is in force. */
  shown: MeteredLimit[];
  /** The windows of limits that responses state without them. */
  windows: Subject[];
  /** What headers showed of a limit when a refusal stated less: not believed until it changes. */
  disproved: Record<string, number>;
  /** What headers have shown once, and is hard to believe. */
  doubted: Record<string, number>;
}

export const subject: Codec<Subject> = record<Subject>({
  dimension: oneOf(DIMENSIONS),
  windowMs: number,
});

export const knownLimits: Codec<KnownLimits> = record<KnownLimits>({
  start: list(meteredLimit),
  inForce: list(meteredLimit),
  shown: list(meteredLimit),
  windows: list(subject),
  disproved: table(number),
  doubted: table(number),
});

export function newKnownLimits(
  start: readonly MeteredLimit[],
  windows: readonly Subject[] = [],
): KnownLimits {
  const each = once(start);
  const shown = { shown: [], disproved: {}, doubted: {} };
  return { start: each, inForce: [...each], windows: [...windows], ...shown };
}

/**
 * Starts from other limits. What headers and refusals have shown counts for them as well; what was
 * found by trying doesn't. Returns whether they are others.
 */
export function restart(known: KnownLimits, start: readonly MeteredLimit[]): boolean {
  if (areSame(start, known.start)) return false;
  known.start = once(start);
  known.inForce = [...known.start];
  for (const { source, ...limit } of known.shown) putInForce(known, limit, source);
  return true;
}

/** Those that the provider enforces. */
export function upstreamOf({ inForce }: KnownLimits): MeteredLimit[] {
  return inForce.filter(isUpstream);
}

/**
 * Whether anything is known of the provider's limits: given, published, shown by a response or found
 * by trying. A guess that nothing has confirmed yet may be far off.
 */
export function isKnown(known: KnownLimits): boolean {
  return upstreamOf(known).some((limit) => !isMereGuess(limit, find(known.start, limit)));
}

/** What a response shows, each limit once: of two for the same dimension the stricter counts. */
export function sightingsOf(known: KnownLimits, observed: readonly ObservedLimit[]): Sighting[] {
  const isSplit = observed.some(({ dimension }) => dimension === 'inputTokens');
  const sightings: Sighting[] = [];
  for (const each of observed) {
    // Anthropic's `tokens` is the sum of its two, which are there as well.
    if (isSplit && each.dimension === 'tokens') continue;
    const sighting = sightingOf(known, each);
    if (sighting !== undefined) put(sightings, stricter(find(sightings, sighting), sighting));
  }
  return sightings;
}

/**
 * Without what is hard to believe: that a limit which headers have shown is less than half of that
 * now, or holds for a day as well. It counts when another response says the same: what waits is not
 * turned away for a single one that went astray.
 */
export function confirmed(known: KnownLimits, sightings: readonly Sighting[]): Sighting[] {
  return sightings.filter((sighting) => {
    const key = keyOf(sighting);
    if (!isOdd(known, sighting) || known.doubted[key] === sighting.max) return true;
    known.doubted[key] = sighting.max;
    return false;
  });
}

/** Takes over what headers show; returns the limits that are others now. */
export function learnShown(known: KnownLimits, sightings: readonly Sighting[]): MeteredLimit[] {
  const { disproved } = known;
  const believed = sightings.filter((each) => disproved[keyOf(each)] !== each.max);
  for (const sighting of believed) delete disproved[keyOf(sighting)];
  return believed.flatMap((sighting) => set(known, sighting, 'headers'));
}

/** Takes over what a refusal states: it has been enforced, whatever headers show. */
export function learnStated(known: KnownLimits, limits: readonly Limit[]): MeteredLimit[] {
  return limits.flatMap((limit) => {
    const before = find(known.inForce, limit);
    if (before?.source === 'headers') {
      if (before.max <= limit.max) return [];
      known.disproved[keyOf(limit)] = before.max;
    }
    return set(known, limit, 'refusal');
  });
}

/** Takes over what was found by trying. */
export function learnEstimate(known: KnownLimits, limit: Limit): void {
  putInForce(known, limit, 'guess');
}

/** Whether these are the same limits, from the same sources. */
export function areSame(one: readonly MeteredLimit[], other: readonly MeteredLimit[]): boolean {
  return one.length === other.length && one.every((limit) => isAmong(limit, other));
}

/** Whether the same limit, from the same source, is among `others`. */
export function isAmong(limit: MeteredLimit, others: readonly MeteredLimit[]): boolean {
  return others.some(
    (each) => isSameLimit(each, limit) && each.max === limit.max && each.source === limit.source,
  );
}

function set(
  known: KnownLimits,
  { dimension, max, windowMs }: Limit,
  source: 'headers' | 'refusal',
): MeteredLimit[] {
  put(known.shown, { dimension, max, windowMs, source });
  return putInForce(known, { dimension, max, windowMs }, source);
}

/** The limit that is in force now, where it is another one. */
function putInForce(known: KnownLimits, limit: Limit, source: LimitSource): MeteredLimit[] {
  const before = find(known.inForce, limit);
  const now = inForce(find(known.start, limit), limit, source);
  if (before?.max === now.max && before.source === now.source) return [];
  put(known.inForce, now);
  return [now];
}

function isOdd({ shown, inForce }: KnownLimits, sighting: Sighting): boolean {
  const before = find(shown, sighting);
  if (before !== undefined) return before.source === 'headers' && sighting.max < before.max / 2;
  const minutely = { dimension: sighting.dimension, windowMs: MINUTE_MS };
  const isLonger = sighting.windowMs > MINUTE_MS && find(inForce, sighting) === undefined;
  return isLonger && find(shown, minutely) !== undefined;
}

function sightingOf(
  { inForce, windows }: KnownLimits,
  { dimension, limit, remaining, resetMs, windowMs }: ObservedLimit,
): Sighting | undefined {
  if (limit === undefined || limit <= 0) return undefined;
  const ofSize = inForce.find((each) => each.dimension === dimension && each.max === limit);
  const known = ofSize?.windowMs ?? onlyWindow(windows, dimension) ?? MINUTE_MS;
  const sighting = { dimension, max: limit, remaining, windowMs: windowMs ?? known };
  return resetMs === undefined ? sighting : { ...sighting, resetMs };
}

function onlyWindow(windows: readonly Subject[], dimension: Dimension): number | undefined {
  const [one, other] = windows.filter((each) => each.dimension === dimension);
  return other === undefined ? one?.windowMs : undefined;
}

/** Of two for the same limit the last counts, in the place of the first. */
function once(limits: readonly MeteredLimit[]): MeteredLimit[] {
  const each: MeteredLimit[] = [];
  for (const limit of limits) put(each, limit);
  return each;
}

function put<T extends Subject>(limits: T[], limit: T): void {
  const i = limits.findIndex((each) => isSameLimit(each, limit));
  if (i < 0) limits.push(limit);
  else limits[i] = limit;
}

function find<T extends Subject>(limits: readonly T[], limit: Subject): T | undefined {
  return limits.find((each) => isSameLimit(each, limit));
}

function keyOf({ dimension, windowMs }: Subject): string {
  return `${dimension}/${windowMs}`;
}

/** A limit that was a guess to begin with, and is as it was. */
function isMereGuess(limit: MeteredLimit, start: MeteredLimit | undefined): boolean {
  return limit.source === 'guess' && start?.source === 'guess' && start.max === limit.max;
}

function inForce(
  start: MeteredLimit | undefined,
  { dimension, max, windowMs }: Limit,
  source: LimitSource,
): MeteredLimit {
  if (start?.source === 'given' && start.max <= max) return start;
  return { dimension, max, windowMs, source };
}

function stricter(one: Sighting | undefined, other: Sighting): Sighting {
  if (one === undefined) return other;
  const max = Math.min(one.max, other.max);
  const remaining = Math.min(one.remaining ?? Infinity, other.remaining ?? Infinity);
  return { ...one, max, remaining: remaining === Infinity ? undefined : remaining };
}
