import { amount, type Cost, DIMENSIONS, minus, plus, times } from '../model/limits.ts';
import { foreseeTrials } from './limits/burst-evidence.ts';
import type { LimitSet } from './limits/limit-set.ts';
import { takeAsHead, type Wait, wait } from './limits/limit-waits.ts';

/** Calls, and what they cost together. */
export interface Calls {
  readonly calls: number;
  readonly cost: Cost;
}

/**
 * Beyond so many calls, several are taken for one, as many as the limits let through together: a
 * forecast need not take longer than that.
 */
const MOST_STEPS = 256;
/** Costs are sums: they are compared with this slack. */
const SLACK = 1e-6;
/** How many calls fit a window of a second is a matter of each one: they can't be taken together. */
const SHORT_MS = 2000;

/**
 * When calls that wait in a queue will go: by letting those ahead of them through a copy of the
 * limits, one after the other. It goes on from where the last question ended, where the next one is
 * about a call behind that.
 */
export class QueueForecast {
  readonly #limits: LimitSet;
  /** What has been let through here, and when the last of it went. */
  #done: Calls = { calls: 0, cost: {} };
  #now: number;

  /** `limits`: a copy; `startAt`: when calls may go again, where the lane is paused. */
  constructor(limits: LimitSet, startAt: number) {
    this.#limits = foreseeTrials(limits);
    this.#now = startAt;
  }

  /** Whether it can go on to `ahead`: it must not have let through more, or something else. */
  reaches(ahead: Calls): boolean {
    const { calls, cost } = this.#done;
    if (ahead.calls < calls) return false;
    const isPart = (one: Cost, other: Cost): boolean =>
      DIMENSIONS.every((each) => amount(one, each) <= amount(other, each) + SLACK);
    return ahead.calls === calls
      ? isPart(cost, ahead.cost) && isPart(ahead.cost, cost)
      : isPart(cost, ahead.cost);
  }

  /**
   * When a call of that cost would go, after `ahead`: from `now` on. `first`: the costs of the first
   * calls ahead, where they are known, in their order.
   */
  waitAfter(ahead: Calls, cost: Cost, now: number, first: readonly Cost[] = []): Wait {
    if (this.#done.calls === 0) this.#begin(ahead, first);
    this.#goOn(ahead);
    const at = Math.max(now, this.#now);
    const { waitMs, dimension } = wait(this.#limits, cost, at);
    return { waitMs: at - now + waitMs, dimension };
  }

  /** The first of those that were ahead has gone; `false` where that wasn't foreseen. */
  wentOne(cost: Cost): boolean {
    const { calls, cost: sum } = this.#done;
    if (calls === 0) return false;
    this.#done = { calls: calls - 1, cost: minus(sum, cost) };
    return true;
  }

  /** Lets the first calls go one by one, each with its own cost. */
  #begin(ahead: Calls, first: readonly Cost[]): void {
    const startAt = this.#now;
    let cost: Cost = {};
    const costs = first.slice(0, Math.min(ahead.calls, MOST_STEPS));
    for (const each of costs) {
      this.#letGo(each);
      cost = plus(cost, each);
    }
    this.#done = { calls: costs.length, cost };
    this.#spread(ahead, startAt);
  }

  /** Where seconds are counted, those behind go as the first ones did. */
  #spread(ahead: Calls, startAt: number): void {
    const { calls, cost } = this.#done;
    if (calls < MOST_STEPS || ahead.calls === calls || !this.#isSliced) return;
    const rest = minus(ahead.cost, cost);
    const shares = DIMENSIONS.map((each) => amount(rest, each) / amount(cost, each));
    const share = Math.max(...shares.filter(Number.isFinite));
    this.#now += Math.ceil((this.#now - startAt) * share);
    this.#done = ahead;
  }

  get #isSliced(): boolean {
    return this.#limits.meters.some(({ windows }) =>
      windows.some(({ spanMs }) => spanMs < SHORT_MS),
    );
  }

  #goOn(ahead: Calls): void {
    const calls = ahead.calls - this.#done.calls;
    if (calls === 0) return;
    const rest = minus(ahead.cost, this.#done.cost);
    const steps = Math.min(calls, Math.max(MOST_STEPS, this.#windowsOf(rest)));
    const each = times(rest, 1 / steps);
    for (let step = 0; step < steps; step++) this.#letGo(each);
    this.#done = ahead;
  }

  /** How many windows of the scarcest limit a cost fills: in fewer steps it would never go. */
  #windowsOf(cost: Cost): number {
    const windows = this.#limits.meters.map(
      ({ limit: { dimension, max } }) => amount(cost, dimension) / max,
    );
    return Math.ceil(Math.max(0, ...windows));
  }

  /** As a lane does: it wakes up at whole milliseconds. */
  #letGo(cost: Cost): void {
    const { waitMs } = takeAsHead(this.#limits, cost, this.#now);
    if (waitMs === 0) return;
    this.#now += Math.ceil(waitMs);
    takeAsHead(this.#limits, cost, this.#now);
  }
}
