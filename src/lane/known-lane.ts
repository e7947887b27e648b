import type { Clock } from '../clock.ts';
import type { LaneCommand } from '../rules/commands.ts';
import type { LaneState } from '../rules/lane-state.ts';
import { type LaneAnswer, newsOf } from '../shared/lane-answer.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import type { SharedValue } from '../shared/shared-value.ts';
import { OthersLine } from './others-line.ts';

/** The value of a lane in a store. */
export type LaneValue = SharedValue<LaneState, LaneCommand, LaneAnswer>;

/** While calls go, what is known of the lane is at most so old. */
const KNOWN_MS = 10_000;

/** A shared lane as this process knows it: as it was in the store when it was last written or read here. */
export class KnownLane {
  readonly #store: SharedStore;
  readonly #name: string;
  readonly #value: Pick<LaneValue, 'state' | 'read' | 'now' | 'member'>;
  readonly #clock: Clock;
  #state: LaneState;
  #reading: Promise<void> | undefined;
  #readAt = 0;

  constructor(
    store: SharedStore,
    name: string,
    value: Pick<LaneValue, 'state' | 'read' | 'now' | 'member'>,
    initial: LaneState,
    clock: Clock,
  ) {
    this.#store = store;
    this.#name = name;
    this.#value = value;
    this.#state = initial;
    this.#clock = clock;
  }

  get state(): LaneState {
    this.#state = this.#value.state ?? this.#state;
    return this.#state;
  }

  /** What other processes have in line. */
  get others(): OthersLine {
    return new OthersLine(this.state, this.#value.member, this.now() - this.#clock.now());
  }

  /** Does something now; `isLater`: once the limits and pauses are known that go with it. */
  whenKnown(isLater: boolean, act: () => void): void {
    if (isLater) this.refresh().then(act, () => {});
    else act();
  }

  /** The store's time, which the lane is in. */
  now(): number {
    return this.#value.now();
  }

  /** Reads it from the store. Rejects where that can't be done. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Refreshes it, where it is older than it may be. */
  keepFresh(): void {
    if (this.#value.state !== undefined) return;
    if (this.#clock.now() >= this.#readAt + KNOWN_MS) this.refresh().catch(() => {});
  }

  /** So many processes share the lane. */
  heard(members: number): void {
    this.#store.heard(this.#name, members);
  }

  /** Whether limits or pauses have changed since it was known. */
  isOutdated({ news }: LaneAnswer): boolean {
    return news !== newsOf(this.state);
  }

  /** Nobody here uses the lane any more. */
  forget(): void {
    this.#store.forget(this.#name);
  }

  async #read(): Promise<void> {
    this.#readAt = this.#clock.now();
    this.#state = (await this.#value.read()) ?? this.#state;
    this.heard(Object.keys(this.#state.members).length);
  }
}
