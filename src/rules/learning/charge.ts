import type { Charges } from '../../model/charge.ts';
import { amount, type Cost, MINUTE_MS, type Subject } from '../../model/limits.ts';
import { isSameLimit, type Sighting } from '../limits/metered-limit.ts';
import type { ChargeTrace, GrantedCall } from '../ticket.ts';
import { adopt, atOf, CHARGE_RULES, type ChargeLearning, foundRule } from './charge-belief.ts';
import { hint, judge, NEAR, ROUNDING } from './charge-evidence.ts';
import type { RefusalWords } from './refusal-episode.ts';

/** After refusals, a rule must be found so many times in a row at most. */
const MOST_FITS = 32;

/** The limit of which responses show what calls are charged. */
export const TOKENS_A_MINUTE: Subject = { dimension: 'tokens', windowMs: MINUTE_MS };

/** The limit on tokens a minute, as a response shows it. */
export interface ChargeReading {
  readonly limit: number;
  readonly remaining: number;
  /** The tokens that were reserved for its call. */
  readonly reserved: number;
}

/**
 * A call is let through; `isAlone`: no other is in flight. Returns what has to be known of it when it is
 * answered.
 */
export function traceCharge(
  learning: ChargeLearning,
  charges: Charges | undefined,
  cost: Cost,
  now: number,
  isAlone = false,
): ChargeTrace | undefined {
  const tokens = amount(cost, 'tokens');
  const charged = CHARGE_RULES.map(({ at }) => charges?.[at] ?? tokens);
  learning.sent = sumOf(learning.sent, charged);
  if (now - learning.at >= MINUTE_MS) learning.since = now;
  flowOut(learning, now);
  learning.used = sumOf(learning.used, charged);
  if (charges === undefined) return undefined;
  const { sent, round } = learning;
  return { charges, sent, used: learning.used.map(Math.round), round, isAlone };
}

/**
 * What the lane had let through with the call, of `taken` by now: where the charge at admission was
 * found to be all, the calls since then count with it. They may have reserved far more, with care.
 */
export function takenThen(
  { rule = -1, sent }: ChargeLearning,
  call: Pick<GrantedCall, 'taken' | 'charge'>,
  taken: Cost,
): Cost {
  const then = call.charge?.sent?.[rule];
  if (then === undefined || CHARGE_RULES[rule]?.isSettled !== false) return call.taken;
  return { ...call.taken, tokens: amount(taken, 'tokens') - (sent[rule] ?? then) + then };
}

function sumOf(one: readonly number[], other: readonly number[]): number[] {
  return one.map((each, i) => each + (other[i] ?? 0));
}

/** A call has ended: rules that settle take what it has used instead. */
export function settleCharge(
  learning: ChargeLearning,
  { charges }: ChargeTrace,
  actual: Cost,
  isRefused: boolean,
): void {
  const tokens = amount(actual, 'tokens');
  if (isRefused || tokens === 0) {
    loseTrack(learning);
    return;
  }
  learning.used = learning.used.map((used, i) =>
    CHARGE_RULES[i]?.isSettled === true ? Math.max(0, used + tokens - charges[atOf(i)]) : used,
  );
}

/** What the call took in the end, by the rule that was found; `actual` where none was. */
export function chargedInTheEnd(
  learning: ChargeLearning,
  trace: ChargeTrace | undefined,
  actual: Cost,
): Cost {
  const rule = foundRule(learning);
  const isCharged = amount(actual, 'tokens') > 0;
  if (rule === undefined || trace === undefined || rule.isSettled || !isCharged) return actual;
  return { ...actual, tokens: trace.charges[rule.at] };
}

/** What the server has left shows what it has charged. `isWindow`: its limit is known to be one. */
export function hearRemaining(
  charge: ChargeLearning,
  call: Pick<GrantedCall, 'charge' | 'cost'>,
  sightings: readonly Sighting[],
  isWindow: boolean,
  now: number,
): void {
  if (call.charge === undefined) return;
  if (isWindow !== charge.isWindow) {
    charge.isWindow = isWindow;
    loseTrack(charge);
  }
  const shown = sightings.find((each) => isSameLimit(each, TOKENS_A_MINUTE));
  if (shown?.remaining === undefined) return;
  const reading = {
    limit: shown.max,
    remaining: shown.remaining,
    reserved: amount(call.cost, 'tokens'),
  };
  hearCharge(charge, call.charge, reading, now);
}

/** A refusal states the charge, or casts doubt on what is known of it. */
export function hearRequested(
  charge: ChargeLearning,
  call: GrantedCall,
  { dimension, stated }: RefusalWords,
): void {
  // A refusal for something else says nothing of it.
  if (call.charge === undefined || (dimension ?? 'tokens') !== 'tokens') return;
  const { requested } = stated ?? {};
  const isExplained = requested !== undefined && stateCharge(charge, call.charge, requested);
  if (!isExplained) doubtCharge(charge);
}

/** The answer to a call shows what is left of the limit. */
export function hearCharge(
  learning: ChargeLearning,
  trace: ChargeTrace,
  { limit, remaining, reserved }: ChargeReading,
  now: number,
): void {
  flowOut(learning, now);
  if (trace.used.length !== CHARGE_RULES.length) return;
  const used = limit - remaining;
  const { mark } = learning;
  if (trace.round !== learning.round) {
    if (trace.round === mark?.round && remaining > 0) hint(learning, mark, trace, used);
    return;
  }
  const errors = trace.used.map((foreseen) => used - foreseen);
  // Before the first reading, nobody knew how fast what is used flows out.
  const isFirst = learning.limit === 0;
  // Where nothing is left, more may have been used than is shown.
  const isSame = remaining > 0 && (isFirst || limit === learning.limit);
  // Of a window, nobody knows what has left it by then.
  const isTelling = isSame && !(learning.isWindow && now - learning.since >= MINUTE_MS);
  learning.limit = limit;
  learning.mark = { round: trace.round, shown: used, used: trace.used };
  if (learning.isAnchored && isTelling) judge(learning, trace, errors, reserved);
  learning.used = sumOf(learning.used, errors).map((used) => Math.max(0, used));
  learning.isAnchored = !isFirst;
  learning.round++;
}

/** The server states what it takes for a call; returns whether that is what a rule says. */
export function stateCharge(
  learning: ChargeLearning,
  { charges }: ChargeTrace,
  tokens: number,
): boolean {
  const known = learning.rule ?? learning.recorded;
  const offBy = (rule: number): number => Math.abs(charges[atOf(rule)] - tokens);
  let nearest = known;
  for (const [rule, { isSettled }] of CHARGE_RULES.entries()) {
    const isAlike = isSettled === CHARGE_RULES[known]?.isSettled;
    if (isAlike && offBy(rule) < offBy(nearest)) nearest = rule;
  }
  if (offBy(nearest) > ROUNDING + NEAR * tokens) return false;
  const isClear = charges.bare !== charges.sum;
  if (isClear && nearest !== learning.rule) adopt(learning, nearest);
  return true;
}

/** A call was refused for tokens: unless the most is reserved anyway, the rule has to be found again. */
export function doubtCharge(learning: ChargeLearning): void {
  loseTrack(learning);
  if (learning.rule === undefined || atOf(learning.rule) === 'sum') return;
  learning.rule = undefined;
  learning.candidate = learning.recorded;
  learning.fits = 0;
  learning.needed = Math.min(MOST_FITS, 2 * learning.needed);
}

/** Something was charged, or not, that can't be foreseen. */
function loseTrack(learning: ChargeLearning): void {
  learning.round++;
  learning.isAnchored = false;
}

function flowOut(learning: ChargeLearning, now: number): void {
  const elapsedMs = Math.max(0, now - learning.at);
  learning.at = Math.max(now, learning.at);
  const flown = learning.isWindow ? 0 : (learning.limit * elapsedMs) / MINUTE_MS;
  if (flown > 0) learning.used = learning.used.map((used) => Math.max(0, used - flown));
}
