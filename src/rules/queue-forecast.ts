import {
  amount,
  type Cost,
  DIMENSIONS,
  type Dimension,
  minus,
  plus,
  times,
} from '../model/limits.ts';
import { foreseeTrials } from './limits/burst-evidence.ts';
import type { LimitSet } from './limits/limit-set.ts';
import { takeAsHead, type Wait, wait } from './limits/limit-waits.ts';
import { linePaceOf } from './line-pace.ts';
import { rehearsed } from './line-rehearsal.ts';
import { isAtLeast } from './pick-next.ts';

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
/** Where seconds are counted, so many calls are enough to tell the pace of those behind. */
const LEAST_PACED = 64;
const NONE = { dimension: 'requests', windows: 0 } as const;
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
  /** Whether the first calls are known to cost the same. */
  #isEven = false;
  /** Where only the pace is foreseen: what each unit of the scarcest limit takes, told by so many calls. */
  #pace:
    | { readonly dimension: Dimension; readonly msPerUnit: number; readonly calls: number }
    | undefined;

  /** `limits`: a copy; `startAt`: when calls may go again, where the lane is paused. */
  constructor(limits: LimitSet, startAt: number) {
    this.#limits = foreseeTrials(limits);
    this.#now = startAt;
  }

  /** Whether it would foresee deep lines better if it began anew, with the costs of the first calls. */
  get lacksPace(): boolean {
    const { calls } = this.#done;
    const needed = this.#pace === undefined ? LEAST_PACED : MOST_STEPS;
    const isTold = this.#isEven || needed <= (this.#pace?.calls ?? 0);
    return calls >= needed && isSliced(this.#limits) && !isTold;
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
    const costs = first.slice(0, Math.min(ahead.calls, MOST_STEPS));
    if (costs.length >= LEAST_PACED && isSliced(this.#limits)) {
      const [one = {}] = costs;
      // Where all cost the same, none passes another.
      this.#isEven = costs.every((each) => isAtLeast(each, one) && isAtLeast(one, each));
      if (!this.#isEven && this.#foundPace(costs)) return;
    }
    let cost: Cost = {};
    for (const each of costs) {
      this.#letGo(each);
      cost = plus(cost, each);
    }
    this.#done = { calls: costs.length, cost };
  }

  /** Where seconds are counted, those behind go as the first ones do: small ones pass large ones. */
  #foundPace(first: readonly Cost[]): boolean {
    const line = first.map((counted) => ({ counted }));
    const waits = rehearsed(this.#limits, line, this.#now, this.#now);
    const { dimension } = this.#scarcest(first.reduce(plus, {}));
    const pace = linePaceOf(
      first.map((_, index) => waits[index]?.waitMs ?? Number.POSITIVE_INFINITY),
      first.map((cost) => amount(cost, dimension)),
    );
    if (pace === undefined) return false;
    this.#now += pace.offsetMs;
    this.#pace = { dimension, msPerUnit: pace.msPerUnit, calls: first.length };
    return true;
  }

  #goOn(ahead: Calls): void {
    const calls = ahead.calls - this.#done.calls;
    if (calls === 0) return;
    const rest = minus(ahead.cost, this.#done.cost);
    if (this.#pace !== undefined) {
      this.#now += amount(rest, this.#pace.dimension) * this.#pace.msPerUnit;
      this.#done = ahead;
      return;
    }
    const steps = Math.min(calls, Math.max(MOST_STEPS, Math.ceil(this.#scarcest(rest).windows)));
    const each = times(rest, 1 / steps);
    for (let step = 0; step < steps; step++) this.#letGo(each);
    this.#done = ahead;
  }

  /** The limit of which a cost fills the most windows, and how many: in fewer steps it would never go. */
  #scarcest(cost: Cost): { readonly dimension: Dimension; readonly windows: number } {
    const limits = this.#limits.meters.map(({ limit: { dimension, max } }) => ({
      dimension,
      windows: amount(cost, dimension) / max,
    }));
    return limits.reduce((most, each) => (each.windows > most.windows ? each : most), NONE);
  }

  /** As a lane does: it wakes up at whole milliseconds. */
  #letGo(cost: Cost): void {
    const { waitMs } = takeAsHead(this.#limits, cost, this.#now);
    if (waitMs === 0) return;
    this.#now += Math.ceil(waitMs);
    takeAsHead(this.#limits, cost, this.#now);
  }
}

/** Whether seconds are counted: then small calls pass large ones all along the line. */
export function isSliced({ meters }: LimitSet): boolean {
  return meters.some(({ windows }) => windows.some(({ spanMs }) => spanMs < SHORT_MS));
}
