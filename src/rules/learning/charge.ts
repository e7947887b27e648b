import { type Charges, reservedBy } from '../../model/charge.ts';
import { amount, type Cost, MINUTE_MS, type Subject } from '../../model/limits.ts';
import { isSameLimit, type Sighting } from '../limits/metered-limit.ts';
import type { ChargeTrace, GrantedCall } from '../ticket.ts';
import { adopt, atOf, CHARGE_RULES, type ChargeLearning, foundRule } from './charge-belief.ts';
import { judge, NEAR, ROUNDING } from './charge-evidence.ts';
import type { RefusalWords } from './refusals.ts';

/** After refusals, a rule must be found so many times in a row at most. */
const MOST_FITS = 32;

/** The limit of which responses show what calls are charged. */
const TOKENS_A_MINUTE: Subject = { dimension: 'tokens', windowMs: MINUTE_MS };
/** A refusal for these says nothing of it. */
const OTHERS: readonly unknown[] = ['requests', 'concurrency', 'inputTokens', 'outputTokens'];

/** The limit on tokens a minute, as a response shows it. */
export interface ChargeReading {
  readonly limit: number;
  readonly remaining: number;
}

/** A call is let through. Returns what has to be known of it when it is answered. */
export function traceCharge(
  learning: ChargeLearning,
  charges: Charges | undefined,
  cost: Cost,
  now: number,
): ChargeTrace | undefined {
  const tokens = amount(cost, 'tokens');
  learning.sent = learning.sent.map((sent, i) => sent + reservedAs(i, charges, tokens));
  // A lane of calls whose charge is known has nothing to learn.
  if (charges === undefined && learning.limit === 0) return undefined;
  flowOut(learning, now);
  learning.used = learning.used.map((used, i) => used + (charges?.[atOf(i)] ?? tokens));
  if (charges === undefined) return undefined;
  const { sent, round } = learning;
  return { charges, sent, used: learning.used.map(Math.round), round };
}

/**
 * What the lane had let through with the call, of `taken` by now: where a rule was found, the calls
 * since then are counted as the server charges them. They may have reserved far more, with care.
 */
export function takenThen(
  { rule, sent }: ChargeLearning,
  call: Pick<GrantedCall, 'taken' | 'charge'>,
  taken: Cost,
): Cost {
  const then = rule === undefined ? undefined : call.charge?.sent?.[rule];
  if (rule === undefined || then === undefined) return call.taken;
  return { ...call.taken, tokens: amount(taken, 'tokens') - ((sent[rule] ?? then) - then) };
}

function reservedAs(rule: number, charges: Charges | undefined, tokens: number): number {
  const each = CHARGE_RULES[rule];
  return charges === undefined || each === undefined ? tokens : reservedBy(each, charges);
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

/** What the server has left shows what it has charged. */
export function hearRemaining(
  charge: ChargeLearning,
  call: Pick<GrantedCall, 'charge'>,
  sightings: readonly Sighting[],
  now: number,
): void {
  if (call.charge === undefined) return;
  const shown = sightings.find((each) => isSameLimit(each, TOKENS_A_MINUTE));
  if (shown?.remaining === undefined) return;
  hearCharge(charge, call.charge, { limit: shown.max, remaining: shown.remaining }, now);
}

/** A refusal states the charge, or casts doubt on what is known of it. */
export function hearRequested(
  charge: ChargeLearning,
  call: GrantedCall,
  { dimension, stated }: RefusalWords,
): void {
  if (call.charge === undefined || OTHERS.includes(dimension)) return;
  const { requested } = stated ?? {};
  const isExplained = requested !== undefined && stateCharge(charge, call.charge, requested);
  if (!isExplained) doubtCharge(charge);
}

/** The answer to a call shows what is left of the limit. */
export function hearCharge(
  learning: ChargeLearning,
  trace: ChargeTrace,
  { limit, remaining }: ChargeReading,
  now: number,
): void {
  flowOut(learning, now);
  if (trace.round !== learning.round || trace.used.length !== CHARGE_RULES.length) return;
  const used = limit - remaining;
  const errors = trace.used.map((foreseen) => used - foreseen);
  // Where nothing is left, more may have been used than is shown.
  const isTelling = remaining > 0 && (limit === learning.limit || learning.limit === 0);
  // Before the first reading, nobody knew how fast what is used flows out.
  const isFirst = learning.limit === 0;
  learning.limit = limit;
  if (learning.isAnchored && isTelling) judge(learning, trace, errors);
  learning.used = learning.used.map((foreseen, i) => Math.max(0, foreseen + (errors[i] ?? 0)));
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
  const isSettled = CHARGE_RULES[known]?.isSettled;
  const sorted = [known, ...CHARGE_RULES.keys()]
    .filter((rule) => CHARGE_RULES[rule]?.isSettled === isSettled)
    .sort((one, other) => offBy(one) - offBy(other));
  const nearest = sorted[0] ?? known;
  if (offBy(nearest) > ROUNDING + NEAR * tokens) return false;
  const isClear = new Set([charges.bare, charges.max, charges.sum]).size > 1;
  if (isClear && nearest !== learning.rule) adopt(learning, nearest);
  return true;
}

/** A call was refused for tokens: unless the most is reserved anyway, the rule has to be found again. */
export function doubtCharge(learning: ChargeLearning): void {
  loseTrack(learning);
  if (learning.rule === undefined || atOf(learning.rule) === 'sum') return;
  learning.rule = undefined;
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
  const flown = (learning.limit * elapsedMs) / MINUTE_MS;
  if (flown > 0) learning.used = learning.used.map((used) => Math.max(0, used - flown));
}
