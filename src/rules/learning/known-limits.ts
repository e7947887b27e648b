import {
  isUpstream,
  type Limit,
  type LimitSource,
  MINUTE_MS,
  type Subject,
} from '../../model/limits.ts';
import { isSameLimit, type MeteredLimit } from '../limits/metered-limit.ts';
import type { Evidence } from './evidence.ts';

/**
 * The limits of one lane and where each comes from. What was given is an upper bound: headers and
 * refusals may lower it, never raise it. A published limit, guessed or not, gives way to what they
 * show; one that they don't show stays.
 *
 * Invariant: each list has a limit once; `evidence` once for headers and once for refusals.
 */
export interface KnownLimits {
  /** Those to begin with. */
  start: MeteredLimit[];
  inForce: MeteredLimit[];
  /** What headers and refusals have said last, whatever is in force. */
  evidence: Evidence[];
  /** The windows of limits that responses state without them. */
  windows: Subject[];
}

export function newKnownLimits(
  start: readonly MeteredLimit[],
  windows: readonly Subject[] = [],
): KnownLimits {
  const each = once(start);
  return { start: each, inForce: [...each], evidence: [], windows: [...windows] };
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

/** What was given of a limit; infinite where nothing was. */
export function givenMax({ start }: KnownLimits, limit: Subject): number {
  const given = find(start, limit);
  return given?.source === 'given' ? given.max : Number.POSITIVE_INFINITY;
}

/** Takes over what was found by trying. */
export function learnEstimate(known: KnownLimits, limit: Limit): void {
  const now = limitInForce(find(known.start, limit), limit, 'guess');
  const before = find(known.inForce, limit);
  if (before?.max !== now.max || before.source !== now.source) put(known.inForce, now);
}

/** What was found by trying doesn't count any more: the limits are those to begin with, if any. */
export function forgetGuesses(known: KnownLimits, subjects: readonly Subject[]): void {
  const isMeant = (limit: MeteredLimit): boolean =>
    limit.source === 'guess' && subjects.some((each) => isSameLimit(each, limit));
  known.inForce = known.inForce.flatMap((limit) => {
    if (!isMeant(limit)) return [limit];
    const start = find(known.start, limit);
    return start === undefined ? [] : [start];
  });
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

/** Of two for the same limit the last counts, in the place of the first. */
export function once<T extends Subject>(limits: readonly T[]): T[] {
  const each: T[] = [];
  for (const limit of limits) put(each, limit);
  return each;
}

export function put<T extends Subject>(limits: T[], limit: T): void {
  const index = limits.findIndex((each) => isSameLimit(each, limit));
  if (index < 0) limits.push(limit);
  else limits[index] = limit;
}

/** A loop, as it runs dozens of times for each call. */
export function find<T extends Subject>(limits: readonly T[], limit: Subject): T | undefined {
  for (const each of limits) if (isSameLimit(each, limit)) return each;
  return undefined;
}

/** A limit that was a guess to begin with, and is as it was. */
function isMereGuess(limit: MeteredLimit, start: MeteredLimit | undefined): boolean {
  return limit.source === 'guess' && start?.source === 'guess' && start.max === limit.max;
}

/** The limit by `source`; what was given is an upper bound. */
export function limitInForce(
  start: MeteredLimit | undefined,
  { dimension, max, windowMs }: Limit,
  source: LimitSource,
): MeteredLimit {
  if (start?.source === 'given' && start.max <= max) return start;
  return { dimension, max, windowMs, source };
}

/** Whether a limit counts a minute or less: those of a day are learned from what is shown alone. */
export function isShort({ windowMs }: Pick<Subject, 'windowMs'>): boolean {
  return windowMs <= MINUTE_MS;
}
