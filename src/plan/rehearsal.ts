import type { Gate, Wait } from '../gate/gate.ts';
import type { Stage } from '../lane/stage.ts';
import type { Cost, Dimension } from '../model/limits.ts';
import { LOOKED_AT, OVERTAKEN_AFTER_MS, OVERTAKING_SHARE } from '../queue/next-call.ts';
import { nextTurn } from '../tokens/next-turn.ts';
import { CostRows } from './cost-rows.ts';
import { Slots } from './slots.ts';

/** What makes the calls of a lane wait. */
export type Binding = Dimension | 'concurrency';

/** What a rehearsal has shown. */
export interface Outcome {
  /** Until the last call is sent; `undefined` where that can't be told. */
  readonly durationMs: number | undefined;
  readonly binding: Binding | undefined;
}

/** After so many calls the event loop has its turn: about a millisecond. */
const CALLS_PER_TURN = 256;

/**
 * Lets calls through a copy of a lane as it would let them through, in a time of its own: first
 * those that wait there already, then these. The calls are taken to come at once, from one caller,
 * and to cost what is reserved for them.
 */
export async function rehearse(stage: Stage, costs: readonly Cost[]): Promise<Outcome> {
  const waiting = stage.waiting.map(({ cost }) => cost);
  const line = new Rehearsal(stage, [...waiting, ...costs]);
  while (line.goOn(CALLS_PER_TURN)) await new Promise<void>(nextTurn);
  return line.outcome;
}

class Rehearsal {
  readonly #since: number;
  readonly #gate: Gate;
  readonly #costs: readonly Cost[];
  readonly #rows: CostRows;
  readonly #slots: Slots;
  /** What comes after each call, and after the start (0): those that are gone are left out. */
  readonly #next: Int32Array;
  /** How long calls have waited for each. */
  readonly #waited = new Map<Binding, number>();
  #now: number;
  #left: number;
  /** By when the first call must be able to go, once it has been the first. */
  #deadline: number | undefined;
  /** When the last of the calls that are asked about was sent. */
  #lastAt: number;
  /** So many of the first ones wait already. */
  readonly #waiting: Stage['waiting'];

  constructor(stage: Stage, costs: readonly Cost[]) {
    this.#since = stage.now;
    this.#now = stage.startAt;
    this.#lastAt = stage.startAt;
    this.#gate = stage.gate;
    this.#costs = costs;
    this.#waiting = stage.waiting;
    const dimensions = stage.gate.limits.map(({ dimension }) => dimension);
    this.#rows = new CostRows(costs, dimensions);
    this.#slots = new Slots(stage);
    this.#left = costs.length;
    this.#next = Int32Array.from({ length: costs.length + 1 }, (_, index) => index + 1);
  }

  /** Goes on for so many steps; returns whether there are more. */
  goOn(steps: number): boolean {
    for (let step = 0; step < steps && this.#left > 0; step++) {
      const freeAt = this.#slots.freeAt(this.#now);
      if (freeAt > this.#now) this.#wait({ waitMs: freeAt - this.#now, dimension: 'concurrency' });
      else this.#wait(this.#start());
      if (this.#now === Number.POSITIVE_INFINITY) return false;
    }
    return this.#left > 0;
  }

  get outcome(): Outcome {
    const isKnown = this.#now < Number.POSITIVE_INFINITY;
    const [most] = [...this.#waited].sort(([, one], [, other]) => other - one);
    // The start was read a moment before the present was.
    const durationMs = isKnown ? Math.max(0, this.#lastAt - this.#since) : undefined;
    return { durationMs, binding: most?.[0] };
  }

  /** As a lane does: it wakes up at whole milliseconds from now. */
  #wait({ waitMs, dimension }: { waitMs: number; dimension: Binding }): void {
    if (waitMs === 0) return;
    this.#waited.set(dimension, (this.#waited.get(dimension) ?? 0) + waitMs);
    this.#now += dimension === 'concurrency' ? waitMs : Math.ceil(waitMs);
  }

  /** Starts the call that goes next, or says how long none does. */
  #start(): Wait {
    const first = this.#after(0);
    const cost = this.#cost(first);
    const wait = this.#gate.takeAsHead(cost, this.#now);
    if (wait.waitMs === 0) this.#leave(0, first);
    if (wait.waitMs < OVERTAKEN_AFTER_MS || this.#rows.areAlike) return wait;
    const known = this.#waiting[first - 1]?.deadline;
    this.#deadline ??= known ?? this.#now + wait.waitMs * (1 + OVERTAKING_SHARE);
    return this.#overtake(first, { cost, by: this.#deadline }, wait);
  }

  /** The same for calls behind the first one. One that costs no less than another waits no less. */
  #overtake(first: number, head: { cost: Cost; by: number }, headWait: Wait): Wait {
    let soonest = headWait;
    const short = [first];
    let before = first;
    for (let looked = 1; looked < LOOKED_AT; looked++) {
      const index = this.#after(before);
      if (index > this.#costs.length) break;
      if (!this.#rows.isAtLeastAny(index, short)) {
        const wait = this.#gate.takeBehind(this.#cost(index), head, this.#now);
        if (wait.waitMs === 0) this.#leave(before, index);
        if (wait.waitMs < soonest.waitMs) soonest = wait;
        if (wait.waitMs < OVERTAKEN_AFTER_MS) break;
        short.push(index);
      }
      before = index;
    }
    return soonest;
  }

  #after(index: number): number {
    return this.#next[index] ?? this.#costs.length + 1;
  }

  /** Calls are counted from 1: 0 is the start of the line. */
  #cost(index: number): Cost {
    return this.#costs[index - 1] ?? {};
  }

  #leave(before: number, index: number): void {
    this.#next[before] = this.#after(index);
    if (before === 0) this.#deadline = undefined;
    if (index > this.#waiting.length) this.#lastAt = this.#now;
    this.#left--;
    this.#slots.take(this.#now);
  }
}
