import type { Clock } from '../clock.ts';
import { copyOfValue } from '../model/copy.ts';
import type { Cost } from '../model/limits.ts';
import type { LaneCommand, LaneTerms } from '../rules/commands.ts';
import type { Decision } from '../rules/decide.ts';
import type { LaneState } from '../rules/lane-state.ts';
import { countLater, type LimitSet, settle, shareLimits } from '../rules/limits/limit-set.ts';
import { take } from '../rules/limits/limit-waits.ts';
import { limitSet } from '../rules/limits/limits-codec.ts';
import { moreUsed } from '../rules/limits/more-used.ts';
import type { GrantedCall } from '../rules/ticket.ts';
import { laneRules } from '../shared/lane-rules.ts';
import { LocalKeeper } from './lane-keeper.ts';

/** On a busy machine, calls are sent so long after they were let through. Who is alone isn't told of it. */
const SENT_LATE_MS = 500;

/** A copy of a lane, for one process alone. `at`: when it was so, in the store's time; the copy's times are this clock's. */
export function stateAlone(
  known: { readonly state: LaneState; readonly at: number },
  terms: LaneTerms,
  now: number,
): LaneState {
  const rules = laneRules({ ...terms, isCold: false });
  const copy = rules.unpack(rules.pack(known.state, known.at), now, rules.format);
  const state = { ...(copy ?? rules.initial(now)), members: {} };
  countLater(state.limits, SENT_LATE_MS, now);
  return state;
}

/** What is used of limits, as it is told to others. */
export function packedUse(limits: LimitSet, now: number): { readonly at: number; limits: string } {
  return { at: now, limits: JSON.stringify(limitSet.pack(limits, now)) };
}

/**
 * The time in which a lane's store is lost: this process decides alone, on a copy of what it knew,
 * for its part of each limit. When the store can be reached again, it is told what was used.
 */
export class Outage {
  readonly keeper: LocalKeeper;
  onDecision: (decision: Decision) => void = () => {};
  readonly #clock: Clock;
  readonly #tell: (command: LaneCommand) => void;
  /**
   * The limits as they would be if nothing had been used here since: what the store counts by itself.
   * A store that has forgotten the lane hasn't heard of `used`, either.
   */
  readonly #before: LimitSet;
  readonly #beforeUsed: LimitSet;
  /** Calls that were let through without the store. */
  readonly #calls = new WeakSet<GrantedCall>();
  #isReturning = false;

  /**
   * `share`: this process's part of the limits, above 0 and up to 1; `used`: what it has used that the
   * copy doesn't know of.
   */
  constructor(
    copy: LaneState,
    share: number,
    used: readonly Cost[],
    clock: Clock,
    tell: (command: LaneCommand) => void,
  ) {
    const now = clock.now();
    shareLimits(copy.limits, share, now);
    this.#before = copyOfValue(copy.limits);
    this.#beforeUsed = copyOfValue(copy.limits);
    for (const cost of used) take(this.#before, cost, now);
    this.keeper = new LocalKeeper(copy, clock);
    for (const cost of used) this.keeper.tell({ kind: 'used', cost });
    this.keeper.onDecision = (decision) => this.#decided(decision);
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whether the store knows nothing of a call. */
  has(call: GrantedCall): boolean {
    return this.#calls.has(call);
  }

  /** Whether the store can be reached again, and has been told what was used here. */
  get isReturning(): boolean {
    return this.#isReturning;
  }

  /** Something has happened in the lane. Of a call that the store has let through, it hears as well. */
  tell(command: LaneCommand): void {
    this.keeper.tell(command);
    if (command.kind !== 'ended' || this.has(command.call)) return;
    const { call, actual } = command;
    for (const before of [this.#before, this.#beforeUsed]) {
      settle(before, call.cost, actual, call.at, this.#clock.now());
    }
  }

  /** The store can be reached: from now on it is told of each call at once. It may come and go. */
  returning(): void {
    if (this.#isReturning) return;
    this.#isReturning = true;
    this.#tell(this.#usedSince(this.#before));
  }

  /** What a store that has forgotten the lane is told: what was used here and has not come back. */
  get used(): LaneCommand {
    return this.#usedSince(this.#beforeUsed);
  }

  /** What was used before is counted where it was: a day's limit would be used up twice. */
  #usedSince(before: LimitSet): LaneCommand {
    const now = this.#clock.now();
    return { kind: 'add', ...packedUse(moreUsed(this.keeper.state.limits, before, now), now) };
  }

  #decided(decision: Decision): void {
    for (const { call } of decision.granted) {
      this.#calls.add(call);
      if (this.#isReturning) this.#tell({ kind: 'used', cost: call.cost });
    }
    this.onDecision(decision);
  }
}
