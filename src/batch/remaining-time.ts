import type { Lane } from '../lane/lane.ts';
import type { ChargeRule, Charges } from '../model/charge.ts';
import { copyOfValue } from '../model/copy.ts';
import { amount, type Cost, DIMENSIONS, minus, plus, times } from '../model/limits.ts';
import { CHARGE_RULES, seenRule } from '../rules/learning/charge-belief.ts';
import type { LimitSet } from '../rules/limits/limit-set.ts';
import { type Calls, QueueForecast } from '../rules/queue-forecast.ts';
import { reservedOf } from '../rules/underway.ts';

/** A forecast takes so many steps at once. */
const STEPS_OF_PART = 256;
/** It doesn't take longer than that: the rest goes on as its second half. */
const MOST_PARTS = 16;
/** So finely is a window filled by calls of several sizes. */
const STEPS_OF_WINDOW = 64;

/** Costs that differ by less are the same: they are estimates. */
const ALIKE = 0.02;

/** What a lane has counted of its calls. */
interface Counts {
  readonly calls: number;
  readonly taken: Cost;
  /** All tokens that were taken, by the rule that the server may charge by. */
  readonly sent: readonly number[];
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Counts from one time on. */
export class LaneCounts {
  readonly #before: ReadonlyMap<Lane, Counts>;

  constructor(lanes: Iterable<Lane>) {
    this.#before = new Map(Array.from(lanes, (lane) => [lane, countsOf(lane)]));
  }

  since(lane: Lane): Counts {
    const now = countsOf(lane);
    const before = this.#before.get(lane);
    if (before === undefined) return now;
    return {
      calls: now.calls - before.calls,
      taken: minus(now.taken, before.taken),
      sent: now.sent.map((each, rule) => each - (before.sent[rule] ?? 0)),
      inputTokens: now.inputTokens - before.inputTokens,
      outputTokens: now.outputTokens - before.outputTokens,
    };
  }
}

function countsOf({ feedback: { totals }, view }: Lane): Counts {
  const { calls, actual } = totals.sum;
  const { limits, learning } = view.state;
  return { calls, ...actual, taken: limits.taken, sent: learning.charge.sent };
}

/**
 * How long so many calls of a lane take that are like those before, by a copy of its limits: until
 * the last of them has ended. `unsent`: those that are not in flight yet.
 */
export function remainingMs(lane: Lane, counts: Counts, unsent: number): number {
  const { view, pauses, feedback } = lane;
  const { flight, learning, limits } = view.state;
  const now = view.now();
  const reserved = reservedOf(learning.charge, feedback.totals.underway);
  const used = usedBy(lane, counts);
  // What calls in flight give back when they end is there for the others.
  const unused = minus(reserved.cost, used(sumOf(underwayIn(lane))));
  const back = isSettledIn(lane)
    ? unused
    : { ...unused, tokens: amount(reserved.excess, 'tokens') };
  const cost = minus(used(unsentIn(lane, counts, unsent)), back);
  const startAt = Math.max(now, pauses.until ?? now);
  const calls = { calls: Math.ceil(unsent), cost };
  const waitMs =
    lastWaitMs(copyOfValue(limits), calls, areAlike(lane, counts), startAt) + startAt - now;
  const slotsMs = (unsent * flight.meanMs) / learning.concurrency.limit;
  return Math.max(waitMs, slotsMs) + flight.meanMs;
}

/** Until the last of the calls in flight has ended, if each takes as long as those before. */
export function landingMs({ view, feedback }: Lane): number {
  const { meanMs } = view.state.flight;
  let last = 0;
  for (const { at } of feedback.totals.underway) last = Math.max(last, at + meanMs - view.now());
  return last;
}

/**
 * What so many calls are charged at first: those that wait as they are, and the others as all before
 * them. Those that were sent are too small by themselves: small calls pass large ones.
 */
function unsentIn(lane: Lane, counts: Counts, unsent: number): Calls {
  const { calls, cost } = sumOf(waitingIn(lane));
  const each = times(plus(sentCost(lane, counts), cost), 1 / (counts.calls + calls));
  const others = times(each, unsent - calls);
  return { calls: unsent, cost: calls > unsent ? times(each, unsent) : plus(cost, others) };
}

/**
 * Whether calls that wait cost the same, and as much as those before them. Of others, small ones fill
 * what large ones leave of a window.
 */
function areAlike(lane: Lane, counts: Counts): boolean {
  const mean = times(sentCost(lane, counts), 1 / counts.calls);
  const isSame = (one: number, other: number): boolean => Math.abs(one - other) <= ALIKE * other;
  return waitingIn(lane).every((cost) =>
    DIMENSIONS.every((each) => isSame(amount(cost, each), amount(mean, each))),
  );
}

/** When the last of the calls goes. */
function lastWaitMs(limits: LimitSet, { calls, cost }: Calls, areAlike: boolean, now: number) {
  if (calls === 0) return 0;
  const steps = stepsFor(limits, { calls, cost }, areAlike);
  const parts = Math.ceil(steps / STEPS_OF_PART);
  const line = new QueueForecast(limits, now);
  const waits = [0];
  for (let part = 1; part <= Math.min(parts, MOST_PARTS); part++) {
    const done = Math.min(steps, part * STEPS_OF_PART);
    const ahead = { calls: done, cost: times(cost, done / steps) };
    waits.push(line.waitAfter(ahead, {}, now).waitMs);
  }
  const last = waits.at(-1) ?? 0;
  const left = steps / STEPS_OF_PART - MOST_PARTS;
  if (left <= 0) return last;
  const half = MOST_PARTS / 2;
  return last + ((last - (waits[half] ?? 0)) / half) * left;
}

/** A bucket lets through any part of what flows in; of a window, what is left over is lost. */
function stepsFor({ meters }: LimitSet, { calls, cost }: Calls, areAlike: boolean): number {
  if (meters.every(({ windows }) => windows.length === 0)) return Math.min(calls, STEPS_OF_PART);
  if (areAlike) return calls;
  const windows = meters.map(({ limit: { dimension, max } }) => amount(cost, dimension) / max);
  return Math.ceil(Math.max(calls, STEPS_OF_WINDOW * Math.max(...windows)));
}

function sentCost({ view }: Lane, { taken, sent }: Counts): Cost {
  const rule = seenRule(view.state.learning.charge) ?? -1;
  return { ...taken, tokens: sent[rule] ?? amount(taken, 'tokens') };
}

/** What calls that wait are charged when they are sent, by the rule that the server is likely to have. */
function waitingIn(lane: Lane): Cost[] {
  const rule = chargeRuleIn(lane);
  return Array.from(lane.view.waiting, ({ counted, charges }) => charged(rule, counted, charges));
}

function underwayIn(lane: Lane): Cost[] {
  const rule = chargeRuleIn(lane);
  const { underway } = lane.feedback.totals;
  return Array.from(underway, ({ cost, charge }) => charged(rule, cost, charge?.charges));
}

function chargeRuleIn({ view }: Lane): ChargeRule | undefined {
  return CHARGE_RULES[seenRule(view.state.learning.charge) ?? -1];
}

function charged(rule: ChargeRule | undefined, cost: Cost, charges: Charges | undefined): Cost {
  return rule === undefined || charges === undefined ? cost : { ...cost, tokens: charges[rule.at] };
}

function sumOf(costs: readonly Cost[]): Calls {
  return { calls: costs.length, cost: costs.reduce(plus, {}) };
}

/**
 * What calls take in the end that are charged so much at first: as much more or less input, and as much
 * output, as those that have ended.
 */
function usedBy(lane: Lane, counts: Counts): (calls: Calls) => Cost {
  const underway = sumOf(underwayIn(lane));
  const ended = counts.calls - underway.calls;
  const { inputTokens, outputTokens } = counts;
  if (ended <= 0 || inputTokens + outputTokens === 0) return ({ cost }) => cost;
  const input = amount(minus(sentCost(lane, counts), underway.cost), 'inputTokens');
  const share = input > 0 ? inputTokens / input : 1;
  return ({ calls, cost }) => {
    const taken = amount(cost, 'inputTokens') * share;
    const used = { inputTokens: taken, outputTokens: (calls * outputTokens) / ended };
    const tokens = used.inputTokens + used.outputTokens;
    return { ...cost, ...used, ...(isSettledIn(lane) && { tokens }) };
  };
}

/** Whether the server is known to correct its charge when a call ends. */
function isSettledIn(lane: Lane): boolean {
  const { correction } = lane.view.state.limits.policy;
  return correction === 'settled' || chargeRuleIn(lane)?.isSettled === true;
}
