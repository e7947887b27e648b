import { amount, type Cost, type Limit, MINUTE_MS, type Subject } from '../../model/limits.ts';
import { isSameLimit, type MeteredLimit, type Sighting } from '../limits/metered-limit.ts';
import {
  type Belief,
  believed,
  changesAt,
  type Evidence,
  evidenceOf,
  exceed,
  hear,
  isLapsed,
  type Place,
  passOver,
  type Witness,
} from './evidence.ts';
import {
  areSame,
  find,
  type KnownLimits,
  learnEstimate,
  limitInForce,
  once,
  put,
} from './known-limits.ts';
import { isOdd, isOddForHeaders, type Testimony } from './oddness.ts';

/**
 * Starts from other limits. What headers and refusals have said counts for them as well, unless it
 * is to be forgotten; what was found by trying doesn't. Returns whether they are others.
 */
export function restart(
  known: KnownLimits,
  start: readonly MeteredLimit[],
  isAnew: boolean,
  now: number,
): boolean {
  const isSame = areSame(start, known.start);
  if (isSame && !isAnew) return false;
  const said = known.evidence;
  if (isAnew) known.evidence = [];
  known.start = once(start);
  if (!isSame) known.inForce = [...known.start];
  for (const each of said) settle(known, each, now);
  return !isSame;
}

/**
 * Hears what headers show; returns what of it counts. What is hard to believe counts when another
 * response says it too: for a single one that went astray, nothing that waits is turned away.
 */
export function heard(
  known: KnownLimits,
  sightings: readonly Sighting[],
  testimony: Testimony,
): Sighting[] {
  return sightings.filter((sighting) => {
    const { now } = testimony;
    const odd = isOdd(known, sighting, testimony) || isOddForHeaders(known, sighting, now);
    const said = hearFrom(known, sighting, 'headers', witnessOf(sighting, odd, testimony));
    return !odd || believed(said, now)?.max === sighting.max;
  });
}

/**
 * Forgets what single responses have shown, if the others that show limits (`sightings` are those of
 * one more) leave it out; returns the limits that are others now.
 */
export function forgetUnshown(
  known: KnownLimits,
  sightings: readonly Sighting[],
  now: number,
): Limit[] {
  if (sightings.length === 0) return [];
  const unshown = known.evidence.filter((each) => !sightings.some((one) => isSameLimit(one, each)));
  return unshown.filter(passOver).flatMap((each) => {
    drop(known, each);
    return settle(known, each, now) ?? [];
  });
}

/** Takes over what headers show and was heard; returns the limits that are others now. */
export function learnShown(
  known: KnownLimits,
  sightings: readonly Sighting[],
  now: number,
): Limit[] {
  return sightings.flatMap((sighting) => {
    const stated = evidenceOf(known.evidence, sighting, 'refusal');
    if (stated !== undefined && stated.against !== sighting.max) drop(known, stated);
    return settle(known, sighting, now) ?? [];
  });
}

/**
 * Takes over what a refusal states, whatever headers show: it has been enforced. Returns the limits
 * that are others now.
 */
export function learnStated(
  known: KnownLimits,
  limits: readonly Limit[],
  testimony: Testimony,
): Limit[] {
  return limits.flatMap((limit) => {
    const before = find(known.inForce, limit);
    const isShown = before?.source === 'headers';
    if (isShown && before.max <= limit.max) return [];
    const odd = isOdd(known, limit, testimony);
    const stated = hearFrom(known, limit, 'refusal', witnessOf(limit, odd, testimony));
    if (isShown) stated.against = before.max;
    return settle(known, limit, testimony.now) ?? [];
  });
}

/**
 * What is believed changes with time: returns the limits that are others now. `retried`: those that
 * were sure, and are guesses from now on.
 */
export function passTime(
  known: KnownLimits,
  now: number,
): { readonly changed: Limit[]; readonly retried: MeteredLimit[] } {
  const retried: MeteredLimit[] = [];
  const changed: Limit[] = [];
  for (const each of known.evidence) {
    const limit = find(known.inForce, each);
    const isRetried = limit?.source === 'refusal' && isLapsed(each, now);
    const other = settle(known, each, now);
    if (other === undefined) continue;
    changed.push(other);
    if (!isRetried) continue;
    learnEstimate(known, limit);
    retried.push(limit);
  }
  return { changed, retried };
}

/** A pause since `since` is over: the time of what is believed has stood still in it. */
export function holdBeliefs({ evidence }: KnownLimits, since: number, now: number): void {
  for (const each of evidence) {
    const ageMs = Math.max(0, since - each.latest.at);
    each.latest = { ...each.latest, at: Math.max(each.latest.at, now - ageMs) };
  }
}

/** When time alone changes what is believed; infinite where it doesn't. */
export function lapsesAt({ evidence }: KnownLimits, now: number): number {
  return Math.min(...evidence.map((each) => changesAt(each, now)));
}

/** Whether one response alone, or none for long, says that a limit is so low. */
export function isAlone(known: KnownLimits, limit: MeteredLimit, now: number): boolean {
  const { source } = limit;
  if (source !== 'headers' && source !== 'refusal') return false;
  const said = evidenceOf(known.evidence, limit, source);
  return said === undefined || (believed(said, now)?.isAlone ?? true);
}

/** Whether a limit of more than a minute, that only refusals state, is to be tried again. */
export function isToExceed(known: KnownLimits, limit: MeteredLimit, now: number): boolean {
  if (limit.source !== 'refusal' || limit.windowMs <= MINUTE_MS) return false;
  const stated = evidenceOf(known.evidence, limit, 'refusal');
  return stated !== undefined && isLapsed(stated, now);
}

/** Calls have passed that such a limit can't have let through: returns the limits that are others now. */
export function contradict(known: KnownLimits, exceeded: readonly Subject[], now: number): Limit[] {
  return exceeded.flatMap((limit) => {
    const stated = evidenceOf(known.evidence, limit, 'refusal');
    if (stated !== undefined) drop(known, stated);
    return settle(known, limit, now) ?? [];
  });
}

/** A call has passed: returns what headers show of limits that it has exceeded by itself. */
export function exceededBy({ evidence }: KnownLimits, cost: Cost, used: Cost): Evidence[] {
  return evidence.filter(
    (each) => amount(used, each.dimension) > 0 && exceed(each, amount(cost, each.dimension)),
  );
}

/** In the order in which they count. */
const PLACES: readonly Place[] = ['refusal', 'headers'];

/** Puts the limit in force that is believed now; returns it where it is another one. */
function settle(known: KnownLimits, subject: Subject, now: number): Limit | undefined {
  const before = find(known.inForce, subject);
  const after = inForceNow(known, subject, before, now);
  if (before?.max === after?.max && before?.source === after?.source) return undefined;
  if (after !== undefined) put(known.inForce, after);
  else known.inForce = known.inForce.filter((each) => !isSameLimit(each, subject));
  const { dimension, windowMs } = subject;
  return after ?? { dimension, windowMs, max: Number.POSITIVE_INFINITY };
}

function inForceNow(
  known: KnownLimits,
  subject: Subject,
  before: MeteredLimit | undefined,
  now: number,
): MeteredLimit | undefined {
  const start = find(known.start, subject);
  for (const source of PLACES) {
    const belief = beliefOf(known, subject, source, now);
    if (belief === undefined) continue;
    const { dimension, windowMs } = subject;
    return limitInForce(start, { dimension, windowMs, max: belief.max }, source);
  }
  return before?.source === 'guess' ? before : start;
}

function beliefOf(
  known: KnownLimits,
  subject: Subject,
  source: Place,
  now: number,
): Belief | undefined {
  const said = evidenceOf(known.evidence, subject, source);
  return said && believed(said, now);
}

function hearFrom(
  known: KnownLimits,
  { dimension, windowMs }: Subject,
  source: Place,
  witness: Witness,
): Evidence {
  const before = evidenceOf(known.evidence, { dimension, windowMs }, source);
  if (before !== undefined) {
    hear(before, witness);
    return before;
  }
  const nothing = { earlier: undefined, silent: 0, against: undefined, passed: 0 };
  const made: Evidence = { dimension, windowMs, source, latest: witness, ...nothing };
  known.evidence.push(made);
  return made;
}

function witnessOf({ max }: Limit, isOdd: boolean, { call, isRepeat, now }: Testimony): Witness {
  return { max, at: now, request: isRepeat ? undefined : (call.taken.requests ?? 0), isOdd };
}

function drop(known: KnownLimits, evidence: Evidence): void {
  known.evidence = known.evidence.filter((each) => each !== evidence);
}
