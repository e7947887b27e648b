import type { Clock } from '../clock.ts';
import type { Cell } from './cell.ts';
import { LaneList } from './lane-list.ts';
import { SharedValue, type SharedValueOptions } from './shared-value.ts';
import type { Store, StorePolicy } from './store.ts';
import { StoreReach } from './store-reach.ts';
import { LEASE_MS } from './store-terms.ts';
import { Turnstile } from './turnstile.ts';
import { UnusableCell } from './unusable-cell.ts';
import type { Rules } from './value-rules.ts';
import { unpackValue } from './value-text.ts';

/** What a value of one's own is opened with. */
export type ValueOptions<State, Command, Answer> = Pick<
  SharedValueOptions<State, Command, Answer>,
  'act' | 'restate' | 'isWaiting' | 'isHolding' | 'onApplied' | 'onMembers' | 'isCommon'
> & {
  readonly rules: Rules<State, Command, Answer>;
  /** It is kept for so long at least after it was last written. */
  readonly keepMs?: number | undefined;
  /**
   * Called where its cell alone can't be used, and, without an error, when it can again. Otherwise that
   * counts as a loss of the store.
   */
  readonly onUnusable?: ((error?: UnusableCell) => void) | undefined;
};

/** A value as somebody sees it who has no part in it. */
export interface Glimpse<State> {
  /** A copy. */
  readonly state: State;
  /** Members that haven't been heard for a lease: they are gone. */
  readonly gone: readonly string[];
  /** The store's time. */
  readonly now: number;
}

/**
 * So many operations are under way at once. With many more, each would take longer than a decision is
 * good for, and come to nothing.
 */
const MOST_AT_ONCE = 32;

/** The values of one store, as one limiter uses them. */
export class SharedStore {
  readonly reach: StoreReach;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #turnstile = new Turnstile(MOST_AT_ONCE);
  /** Processes that each value has last heard of, by its name. */
  readonly #members = new Map<string, number>();
  #lanes: LaneList | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.reach = new StoreReach(clock);
  }

  /** What its user has to do while it is lost, where waiting doesn't help. */
  get remedy(): string | undefined {
    return this.reach.isUp ? undefined : this.#store.remedy;
  }

  /** What calls do while it is lost. */
  get onStoreLost(): StorePolicy {
    return this.remedy === undefined ? (this.#store.onStoreLost ?? 'local') : 'closed';
  }

  /** Processes that share the limits, this one included. */
  get instances(): number {
    let most = this.#store.instances ?? 1;
    for (const members of this.#members.values()) most = Math.max(most, members);
    return most;
  }

  /** A value of the store has so many members. */
  heard(name: string, members: number): void {
    this.#members.set(name, members);
  }

  /** A value is closed. */
  forget(name: string): void {
    this.#members.delete(name);
  }

  /** The lanes that processes have used. */
  get lanes(): LaneList {
    this.#lanes ??= new LaneList(this.#store, this.#clock);
    return this.#lanes;
  }

  /** Looks at a value without becoming a member of it; `undefined` where it can't be read. */
  async glimpse<State, Answer>(
    name: string,
    rules: Pick<Rules<State, unknown, Answer>, 'unpack' | 'format'>,
  ): Promise<Glimpse<State> | undefined> {
    const { text, now } = await this.#store.open(name).read();
    const value = unpackValue(rules, text, now);
    if (value === undefined || 'kind' in value) return undefined;
    const isGone = ([, { heardAt }]: [string, { heardAt: number }]): boolean =>
      heardAt + this.#leaseMs < now;
    const gone = Object.entries(value.members).filter(isGone);
    return { state: value.rules, gone: gone.map(([member]) => member), now };
  }

  /** Opens a value. */
  open<State, Command, Answer>(
    name: string,
    { rules, keepMs, onUnusable, ...options }: ValueOptions<State, Command, Answer>,
  ): SharedValue<State, Command, Answer> {
    const part = crypto.randomUUID().slice(0, 8);
    const cell: Cell = this.#store.open(name, part, keepMs);
    const report = this.reach.reporter();
    const onStore = (error?: unknown): void => {
      if (onUnusable !== undefined && error instanceof UnusableCell) onUnusable(error);
      else report(error);
      if (error === undefined) onUnusable?.();
    };
    return new SharedValue({
      ...{ ...options, cell, rules, clock: this.#clock, onStore, turnstile: this.#turnstile },
      member: `${this.#store.member}.${part}`,
      leaseMs: this.#leaseMs,
    });
  }

  get #leaseMs(): number {
    return this.#store.leaseMs ?? LEASE_MS;
  }
}
