import type { Clock } from '../clock.ts';
import type { Cell } from './cell.ts';
import { LaneList } from './lane-list.ts';
import { SharedValue, type SharedValueOptions } from './shared-value.ts';
import type { Store, StorePolicy } from './store.ts';
import { LEASE_MS } from './store-terms.ts';
import type { Rules } from './value-rules.ts';
import { unpackValue } from './value-text.ts';

/** What a value of one's own is opened with. */
export type ValueOptions<State, Command, Answer> = Pick<
  SharedValueOptions<State, Command, Answer>,
  'act' | 'restate' | 'isWaiting'
> & {
  readonly rules: Rules<State, Command, Answer>;
  /** It is kept for so long at least after it was last written. */
  readonly keepMs?: number | undefined;
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

/** Told whenever the store is lost or back. */
export type StoreListener = (isUp: boolean, cause?: unknown) => void;

/** A missing answer that comes sooner after all is no loss: the process itself may have been late. */
const GRACE_MS = 400;
/**
 * A store that is back is used after so long: by then each process has noticed, and has told what it
 * used without it.
 */
const RETURN_MS = 1500;

/** The values of one store, as one limiter uses them, and whether it can be reached. */
export class SharedStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #listeners = new Set<StoreListener>();
  readonly #returning = new Set<() => void>();
  /** Processes that each value has last heard of, by its name. */
  readonly #members = new Map<string, number>();
  #failing = 0;
  #cause: unknown;
  #isUp = true;
  #isClosed = false;
  #lanes: LaneList | undefined;
  #cancel: (() => void) | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why it is lost, while it is. */
  get lostCause(): unknown {
    return this.#cause;
  }

  get remedy(): string | undefined {
    return this.#isUp ? undefined : this.#store.remedy;
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
    { rules, keepMs, ...options }: ValueOptions<State, Command, Answer>,
  ): SharedValue<State, Command, Answer> {
    const part = crypto.randomUUID().slice(0, 8);
    const cell: Cell = this.#store.open(name, part, keepMs);
    let isFailing = false;
    const onStore = (error?: unknown): void => {
      if (this.#isClosed || (error !== undefined) === isFailing) return;
      isFailing = error !== undefined;
      this.#failing += isFailing ? 1 : -1;
      this.#changed(error);
    };
    return new SharedValue({
      ...{ ...options, cell, rules, clock: this.#clock, onStore },
      member: `${this.#store.member}.${part}`,
      leaseMs: this.#leaseMs,
    });
  }

  get #leaseMs(): number {
    return this.#store.leaseMs ?? LEASE_MS;
  }

  /** Calls `listener` whenever the store is lost or back. Returns what ends that. */
  onChange(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls `listener` when the store can be reached again, a while before it is used again. */
  onReturning(listener: () => void): () => void {
    this.#returning.add(listener);
    return () => void this.#returning.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#listeners.clear();
    this.#returning.clear();
  }

  #changed(error: unknown): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#failing > 0) {
      this.#cause = error ?? this.#cause;
      if (!this.#isUp) return;
      if (!isTimeout(error)) this.#lost();
      else this.#cancel = this.#clock.setTimeout(() => this.#lost(), GRACE_MS);
    } else if (!this.#isUp) {
      for (const listener of this.#returning) listener();
      this.#cancel = this.#clock.setTimeout(() => this.#back(), RETURN_MS);
    }
  }

  #lost(): void {
    this.#isUp = false;
    for (const listener of [...this.#listeners]) listener(false, this.#cause);
  }

  #back(): void {
    this.#isUp = true;
    this.#cause = undefined;
    for (const listener of [...this.#listeners]) listener(true);
  }
}

/** Whether nothing was answered in time. */
function isTimeout(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimedOut') return true;
  }
  return false;
}
