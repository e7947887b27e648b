import type { ChargeRule } from '../../model/charge.ts';

/**
 * The rules that a server may charge by. Of two that fit, the recorded one counts, then the first.
 * The order is that of the lists below, and of packed values.
 */
export const CHARGE_RULES: readonly ChargeRule[] = [
  { at: 'bare', isSettled: false },
  { at: 'bare', isSettled: true },
  { at: 'max', isSettled: false },
  { at: 'max', isSettled: true },
  { at: 'sum', isSettled: false },
  { at: 'sum', isSettled: true },
];

/** So many readings in a row that fit both are enough to try whether the server gives back. */
const ALIKE = 3;

/**
 * What the server takes from its limit on tokens for a call, found out from what it shows to be left.
 *
 * Each rule foresees what is used of the limit, as a bucket of a minute, or as a window in its first
 * minute. A reading of a call that
 * was sent after the last reading had come shows which rules were right: all calls in between are
 * known. What no rule explains (others' calls, the end of a window) says nothing.
 */
export interface ChargeLearning {
  /** The rule that was found, as an index of `CHARGE_RULES`; `undefined` as long as none was. */
  rule: number | undefined;
  /** The rule that the host is known by. */
  recorded: number;
  /** The limit of the last reading; 0 before the first. */
  limit: number;
  /** What is used of the limit at `at`, by rule. */
  used: number[];
  /**
   * All that was ever charged at admission, by rule. Replaced at each change, so that an earlier one
   * may be kept.
   */
  sent: number[];
  at: number;
  /** Since when calls have come at least once a minute. */
  since: number;
  /** Whether the limit is known to be a window: nothing flows out, and after a minute, calls leave it. */
  isWindow: boolean;
  /** Grows with each reading, and with whatever can't be foreseen. */
  round: number;
  /** Whether `used` is known from a reading, or nothing was sent before. */
  isAnchored: boolean;
  /** The rule that the last readings were nearest to; how many in a row fit it, and how many are needed. */
  candidate: number;
  fits: number;
  needed: number;
  /**
   * The last reading that came of a call which was sent after the one before: others that were sent
   * with that call are compared with it.
   */
  mark: ChargeMark | undefined;
  /** Readings in a row that fit the present rule as well as that it gives back; so many are enough. */
  alike: number;
  alikeNeeded: number;
  /** How much more readings fit each rule than the present one. */
  scores: number[];
}

/** What was used of the limit by a call's answer, and by each rule; and the call's round. */
export interface ChargeMark {
  readonly round: number;
  readonly shown: number;
  readonly used: readonly number[];
}

export function newChargeLearning(recorded: ChargeRule | undefined, now: number): ChargeLearning {
  const index = recorded === undefined ? 0 : indexOf(recorded);
  return {
    rule: undefined,
    recorded: index,
    limit: 0,
    used: CHARGE_RULES.map(() => 0),
    sent: CHARGE_RULES.map(() => 0),
    at: now,
    ...{ since: now, isWindow: false },
    round: 0,
    isAnchored: true,
    candidate: index,
    fits: 0,
    needed: 1,
    mark: undefined,
    ...{ alike: 0, alikeNeeded: ALIKE },
    scores: CHARGE_RULES.map(() => 0),
  };
}

/** The rule that was found. */
export function foundRule({ rule }: ChargeLearning): ChargeRule | undefined {
  return rule === undefined ? undefined : CHARGE_RULES[rule];
}

/**
 * The rule to foresee charges by: that which was found, else that which the last reading was nearest
 * to, else the one that the host is known by.
 */
export function likelyRule({ rule, candidate }: ChargeLearning): ChargeRule {
  return CHARGE_RULES[rule ?? candidate] ?? { at: 'sum', isSettled: false };
}

/** The same as an index of `CHARGE_RULES`; `undefined` before the first reading. */
export function seenRule({ rule, candidate, limit }: ChargeLearning): number | undefined {
  return rule ?? (limit > 0 ? candidate : undefined);
}

/** Goes on from a rule that was found. */
export function adopt(learning: ChargeLearning, rule: number): void {
  learning.rule = rule;
  learning.candidate = rule;
  learning.alike = 0;
  learning.scores = learning.scores.map(() => 0);
}

/** What the rule takes at admission. */
export function atOf(rule: number): ChargeRule['at'] {
  return CHARGE_RULES[rule]?.at ?? 'sum';
}

function indexOf({ at, isSettled }: ChargeRule): number {
  return CHARGE_RULES.findIndex((each) => each.at === at && each.isSettled === isSettled);
}
