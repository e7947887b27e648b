import type { Charges } from '../../model/charge.ts';
import { MINUTE_MS } from '../../model/limits.ts';
import type { ChargeTrace } from '../ticket.ts';
import { adopt, atOf, type ChargeLearning, type ChargeMark, likelyRule } from './charge-belief.ts';

/** Readings are whole numbers, and a request takes some milliseconds more or less to arrive. */
export const ROUNDING = 2;
const JITTER_MS = 20;
/** A rule is found if it is so near, as a share of how far the rules are apart. */
export const NEAR = 0.15;
/** So much of a reading that is exact is one that is only near. */
const NEAR_FIT = 0.4;
/** Another rule is nearer than the present one, as a share of how far both are apart. */
const NEARER = 0.25;
/** As a share of a call's charge: readings that are less exact can't tell how many calls they show. */
const CLEAR = 0.25;
/** So much more than foreseen is no error of an estimate. */
const REFUTED = 1.5;
/** Three such readings in a row, or somewhat more in all, are enough. */
const ENOUGH = 2.2;
const KEPT = 0.8;
const AGAINST = 0.25;
/** What is left of that for the rule from before, while another one is tried: one reading is enough. */
const ON_TRIAL = 1.6;
/** After a trial, the next one needs so many more readings. */
const RARER = 4;
const MOST_ALIKE = 2000;

interface Evidence {
  /** How much more was used than each rule had foreseen. */
  readonly errors: readonly number[];
  /** A rule is found if its error is smaller than that. */
  readonly near: number;
  readonly noise: number;
  /** Whether the server has seen the calls in the order in which they were let through. */
  readonly isOrdered: boolean;
  /** All that was charged until the call was let through, by rule. */
  readonly sent: readonly number[];
  /** What is used of the limit by the call's answer. */
  readonly shown: number;
  readonly charges: Charges;
  /** The tokens that were reserved for the call. */
  readonly reserved: number;
}

function noiseOf({ limit }: ChargeLearning): number {
  return ROUNDING + (JITTER_MS * limit) / MINUTE_MS;
}

/** A reading, against what each rule had foreseen. `reserved`: the tokens reserved for its call. */
export function judge(
  learning: ChargeLearning,
  { used, charges, sent = [], isAlone = false }: ChargeTrace,
  errors: readonly number[],
  reserved: number,
): void {
  // Calls in between may have reached the server in another order.
  const isOrdered = isAlone && sent[0] === learning.sent[0];
  const noise = noiseOf(learning);
  const apart = Math.max(...used) - Math.min(...used);
  if (apart > noise) {
    const shown = (used[0] ?? 0) + (errors[0] ?? 0);
    const evidence = {
      errors,
      near: NEAR * apart,
      noise,
      isOrdered,
      shown,
      sent,
      charges,
      reserved,
    };
    if (learning.rule === undefined) find(learning, evidence);
    else compare(learning, learning.rule, used, errors, noise);
  }
  tryRefund(learning, charges, errors, noise);
}

/**
 * Where many calls are in flight, a server sees them in another order, and others use its limit: then
 * a reading may be what a wrong rule had foreseen. So one is enough only where it is exact, and its
 * call was alone, or it shows the rule that the host is known by and fewer calls like this one don't
 * explain it by another, or it shows a rule that takes no less than was reserved.
 */
function find(learning: ChargeLearning, evidence: Evidence): void {
  const { errors, near, noise, isOrdered, charges, reserved } = evidence;
  const { recorded } = learning;
  const sizes = errors.map(Math.abs);
  const nearest = sizes.indexOf(Math.min(...sizes));
  const isNear = (rule: number): boolean => (sizes[rule] ?? Infinity) <= near;
  const isRecorded = isNear(recorded);
  // Two rules may take the same of some calls.
  const found = [recorded, learning.candidate].find(isNear) ?? nearest;
  const size = sizes[found] ?? 0;
  if (size > near) {
    if (learning.fits === 0) learning.candidate = nearest;
    return;
  }
  const isExact = size <= noise && (isRecorded || noise <= near);
  const isCareful = charges[atOf(found)] >= reserved;
  const fit =
    isExact && (isOrdered || isCareful || (isRecorded && !isAmbiguous(found, evidence)))
      ? 1
      : NEAR_FIT;
  learning.fits = fit + (found === learning.candidate ? learning.fits : 0);
  learning.candidate = found;
  if (learning.fits >= learning.needed) adopt(learning, found);
}

/** Whether all calls were like this one, and fewer of them take as much by a rule that takes more for each. */
function isAmbiguous(found: number, { shown, sent, noise, charges }: Evidence): boolean {
  if (((sent[found] ?? 0) / charges[atOf(found)]) % 1 !== 0) return false;
  return [charges.max, charges.sum].some((charge) => {
    const count = Math.round(shown / charge);
    const isAlike = count > 0 && Math.abs(shown - count * charge) <= noise;
    return charge > charges[atOf(found)] && noise < CLEAR * charge && isAlike;
  });
}

function compare(
  learning: ChargeLearning,
  present: number,
  used: readonly number[],
  errors: readonly number[],
  noise: number,
): void {
  const at = used[present] ?? 0;
  learning.scores = learning.scores.map((score, i) => {
    const apart = Math.abs((used[i] ?? 0) - at);
    if (apart <= noise) return score;
    const isNearer = Math.abs(errors[i] ?? 0) <= NEARER * apart;
    return Math.max(0, KEPT * score + (isNearer ? 1 : -AGAINST));
  });
  const best = Math.max(...learning.scores);
  if (best >= ENOUGH) adopt(learning, learning.scores.indexOf(best));
}

/**
 * Of calls that were sent together, the difference between two readings hints at the rule: enough to
 * foresee charges by, but the server may have seen the calls in another order.
 */
export function hint(
  learning: ChargeLearning,
  mark: ChargeMark,
  { used }: ChargeTrace,
  shown: number,
): void {
  if (learning.rule !== undefined) return;
  refute(learning, mark, shown);
  if (learning.rule !== undefined || learning.fits > 0) return;
  const foreseen = used.map((each, rule) => each - (mark.used[rule] ?? 0));
  if (Math.max(...foreseen) - Math.min(...foreseen) <= noiseOf(learning)) return;
  const sizes = foreseen.map((each) => Math.abs(shown - mark.shown - each));
  learning.candidate = sizes.indexOf(Math.min(...sizes));
}

/**
 * Of the first calls that were sent together, two readings may be further apart than all of them take
 * by the recorded rule, in whatever order the server has seen them. Then it takes more: the first rule
 * that explains it is reserved by, until others are tried.
 */
function refute(learning: ChargeLearning, mark: ChargeMark, shown: number): void {
  if (mark.round > 0) return;
  const rise = shown - mark.shown - noiseOf(learning);
  const isPossible = (all = 0): boolean => rise <= REFUTED * all;
  if (isPossible(learning.sent[learning.recorded])) return;
  const possible = learning.sent.findIndex((all) => isPossible(all));
  if (possible >= 0) adopt(learning, possible);
}

/**
 * Where all flows in again between calls, it can't be seen whether the server gives back what they
 * don't use: so that is tried.
 */
function tryRefund(
  learning: ChargeLearning,
  charges: Charges,
  errors: readonly number[],
  noise: number,
): void {
  const { rule } = learning;
  const { at, isSettled } = likelyRule(learning);
  if (rule === undefined || isSettled || at === 'bare') return;
  const near = Math.max(noise, NEAR * charges[at]);
  const twin = rule + 1;
  const areNear = [rule, twin].every((each) => Math.abs(errors[each] ?? 0) <= near);
  learning.alike = areNear ? learning.alike + 1 : 0;
  if (learning.alike < learning.alikeNeeded) return;
  learning.alikeNeeded = Math.min(MOST_ALIKE, RARER * learning.alikeNeeded);
  adopt(learning, twin);
  learning.scores[rule] = ON_TRIAL;
}
