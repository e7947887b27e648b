import type { Admission } from '../lane/reservation.ts';
import type { Grant, ReservationEnd, Used } from '../model/grant.ts';
import { amount, type Cost, DIMENSIONS, type Dimension } from '../model/limits.ts';
import type { MeterSpec } from '../model/meter-spec.ts';
import type { PauseCause } from '../model/refusal.ts';
import { keyOf } from './key-spec.ts';
import type { SharedLane, Store } from './shared-lane.ts';
import { SharedTurns } from './shared-turns.ts';
import type { TurnsHost } from './turns-host.ts';

/**
 * Who decides on the calls of a lane: the store that processes share; or, while that is lost, this
 * process for its part of the limit (`local`), nobody (`open`), or nobody, for nothing goes
 * (`closed`).
 */
export type Decider = 'store' | 'local' | 'open' | 'closed';

/** What a response shows of one limit. */
export interface SharedSighting {
  readonly dimension: Dimension;
  readonly windowMs: number;
  readonly max: number;
  readonly remaining: number | undefined;
  readonly counted: number | undefined;
}

/** One lane's connection to a store: asks for its turns, and tells what became of them. */
export class LaneSharing {
  readonly #store: Store;
  readonly #name: string;
  readonly #turns: SharedTurns;

  constructor(store: Store, name: string, host: TurnsHost) {
    this.#store = store;
    this.#name = name;
    this.#turns = new SharedTurns(() => this.#shared, host);
  }

  get decider(): Decider {
    return this.#store.isUp ? 'store' : this.#store.onStoreLost;
  }

  /** This process's part of the limits, while nobody knows what the others do. */
  get share(): number {
    return this.decider === 'local' ? 1 / (this.#turns.instances ?? this.#store.instances) : 1;
  }

  get isIdle(): boolean {
    return this.#turns.isIdle;
  }

  /** Asks for the calls at the front of the line. */
  ask(): void {
    this.#turns.ask();
  }

  /** Tells what was learned since that was last told. */
  tellLearned(): void {
    this.#turns.tellLearned();
  }

  /** So much was taken without the store, which can be told again. */
  used(meters: readonly MeterSpec[], used: Readonly<Record<string, Used>>): void {
    this.#shared.note({ kind: 'used', meters, used });
  }

  answered({ grant }: Admission): void {
    if (grant !== undefined) this.#shared.note({ kind: 'answered', epoch: grant.epoch });
  }

  /** A call has ended. What the store has not let through, it isn't told of. */
  async ended(
    { grant, cost, own: keyTaken, caller }: Admission,
    { actual, own: keyActual, wasAnswered }: ReservationEnd,
  ): Promise<void> {
    if (grant === undefined) return;
    const { epoch, at } = grant;
    if (isLess(actual, cost)) this.#turns.stir();
    const key = await keyOf(caller);
    const costs = { taken: cost, actual, keyTaken, keyActual };
    this.#shared.note({ kind: 'ended', epoch, at, key, ...costs, wasAnswered });
  }

  /** A response has shown what the server has left. */
  seen({ grant }: Admission, sightings: readonly SharedSighting[]): void {
    if (grant === undefined) return;
    const shown = sightings.flatMap(({ dimension, windowMs, max, remaining, counted }) =>
      remaining === undefined
        ? []
        : [{ id: `${dimension}/${windowMs}`, dimension, max, remaining, counted }],
    );
    const { at, taken: takenThen } = grant;
    if (shown.length > 0) this.#shared.note({ kind: 'seen', at, takenThen, sightings: shown });
  }

  /** The provider has refused a call: the others are to know at once. */
  refused(
    grant: Grant | undefined,
    cause: PauseCause,
    retryAfterMs: number | undefined,
    dimension: Dimension | 'concurrency' | undefined,
  ): void {
    if (grant === undefined) return;
    this.#turns.refused(grant.epoch);
    this.#shared.note({ kind: 'refused', epoch: grant.epoch, cause, retryAfterMs, dimension });
    // It is sent again when the store is back.
    this.#shared.flush().catch(() => {});
  }

  /** The store may have forgotten it meanwhile. */
  get #shared(): SharedLane {
    return this.#store.lane(this.#name);
  }
}

function isLess(actual: Cost, taken: Cost): boolean {
  return DIMENSIONS.some((dimension) => amount(actual, dimension) < amount(taken, dimension));
}
