import type { Clock } from '../clock.ts';
import type { Cost } from '../model/limits.ts';
import type { LaneState } from '../rules/lane-state.ts';
import { foundRule } from '../rules/learning/charge-belief.ts';
import type { GrantedCall } from '../rules/ticket.ts';
import { type Asker, isTraced } from '../shared/lane-room.ts';
import type { AskedCalls } from './asked-calls.ts';

/** Until it is known how the server charges, one call in so long is traced: its answer shows what was charged. */
const TRACED_MS = 1000;
/** From so many grants on, those that the lane's value contains are dropped. */
const KEPT = 256;

/** A grant, and when it was decided or taken, in the store's time. */
interface Granted {
  readonly cost: Cost;
  readonly at: number;
}

/** The calls of this process that a shared lane has let through. */
export class GrantedCalls implements Asker {
  readonly #asked: AskedCalls;
  readonly #known: () => LaneState;
  readonly #clock: Clock;
  readonly #inFlight = new Set<GrantedCall>();
  /** When a call was granted last whose answer shows what the server charges. */
  #tracedAt = Number.NEGATIVE_INFINITY;
  #latest: Granted[] = [];
  #mostKept = KEPT;

  /** `known`: the lane's value as it is known here. */
  constructor(asked: AskedCalls, known: () => LaneState, clock: Clock) {
    this.#asked = asked;
    this.#known = known;
    this.#clock = clock;
  }

  /** Calls that have not ended. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  isOpen(id: number): boolean {
    return this.#asked.isOpen(id);
  }

  isChargeKnown(): boolean {
    if (this.#clock.now() < this.#tracedAt + TRACED_MS) return true;
    return foundRule(this.#known().learning.charge) !== undefined;
  }

  granted(call: GrantedCall, at: number): void {
    this.#inFlight.add(call);
    if (isTraced(call)) this.#tracedAt = this.#clock.now();
    this.#latest.push({ cost: call.cost, at });
    if (this.#latest.length < this.#mostKept) return;
    this.#latest = this.#unknown();
    this.#mostKept = Math.max(KEPT, 2 * this.#latest.length);
  }

  ended(call: GrantedCall): void {
    this.#inFlight.delete(call);
  }

  /** What was granted since the lane's value was known last: it isn't in there. */
  get unknownCosts(): Cost[] {
    return this.#unknown().map(({ cost }) => cost);
  }

  #unknown(): Granted[] {
    const { at } = this.#known();
    return this.#latest.filter((each) => each.at > at);
  }
}
