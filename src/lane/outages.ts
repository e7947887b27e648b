import type { Clock } from '../clock.ts';
import { type HeadroomError, StoreUnavailable } from '../errors.ts';
import type { Cost } from '../model/limits.ts';
import type { LaneCommand } from '../rules/commands.ts';
import type { LaneState } from '../rules/lane-state.ts';
import type { LaneAnswer } from '../shared/lane-answer.ts';
import type { SharedStore } from '../shared/shared-store.ts';
import type { UnusableCell } from '../shared/unusable-cell.ts';
import type { LaneValue } from './known-lane.ts';
import type { LaneKeeper, LocalKeeper } from './lane-keeper.ts';
import { Outage } from './outage.ts';

/** What was taken without the store is told to it within so long, once it can be. */
const USED_MS = 10;

/** What an outage of a lane begins with, and whom it tells what. */
export interface OutageHost extends Pick<LaneKeeper, 'onDecision'> {
  /** The lane as it was known, for this process alone. */
  stateAlone(): LaneState;
  /** What this process has let through that isn't in there. */
  unknownCosts(): readonly Cost[];
  /** The store is lost, or back. */
  onChange(isLost: boolean): void;
}

/** The times in which the store of a lane is lost: the one that lasts, and the last that is over. */
export class Outages {
  readonly #store: SharedStore;
  readonly #value: Pick<LaneValue, 'send'>;
  readonly #clock: Clock;
  readonly #host: OutageHost;
  readonly #ends: readonly (() => void)[];
  #present: Outage | undefined;
  #last: Outage | undefined;
  /** Why the store can't keep this lane, though it is there. */
  #unusable: UnusableCell | undefined;

  constructor(store: SharedStore, value: Pick<LaneValue, 'send'>, clock: Clock, host: OutageHost) {
    this.#store = store;
    this.#value = value;
    this.#clock = clock;
    this.#host = host;
    this.#ends = [
      store.reach.onChange((isUp) => (isUp ? this.#endIfOver() : this.begin())),
      store.reach.onReturning(() => this.#present?.returning()),
    ];
  }

  /** Who decides while the store is lost; `undefined` while it isn't. */
  get keeper(): LocalKeeper | undefined {
    return this.#present?.keeper;
  }

  /** Something has happened in the lane. */
  tell(command: LaneCommand): void {
    this.#present?.tell(command);
  }

  /** Why no call may go without the store. */
  get closedBy(): HeadroomError | undefined {
    if (this.#unusable !== undefined) {
      const { message } = this.#unusable;
      return new StoreUnavailable("The store can't keep these limits", this.#unusable, message);
    }
    const { onStoreLost, reach, remedy } = this.#store;
    if (this.#present === undefined || onStoreLost !== 'closed') return undefined;
    const message =
      "The store that processes share can't be reached, and calls may not go without it";
    return new StoreUnavailable(message, reach.cause, remedy);
  }

  /** This process's part of each limit now: all of it, unless it decides alone. */
  get share(): number {
    const isAlone = this.#present !== undefined;
    return isAlone ? this.#shareAlone : 1;
  }

  /** What was used without the store, where it may have forgotten that. */
  get used(): LaneCommand | undefined {
    const outage = this.#present?.isReturning ? this.#present : this.#last;
    return outage?.used;
  }

  /** Goes on alone, from what is known of the lane. */
  begin(): void {
    const host = this.#host;
    const state = { ...host.stateAlone(), isOpen: this.#store.onStoreLost === 'open' };
    const tell = (command: LaneCommand): void => this.#value.send(command, USED_MS);
    const unknown = host.unknownCosts();
    this.#present = new Outage(state, this.#shareAlone, unknown, this.#clock, tell);
    this.#present.onDecision = (decision) => host.onDecision(decision);
    host.onChange(true);
  }

  /** Whether the store isn't told of it: it knows nothing of the call, or hears of it with all that is used. */
  isUntold(command: LaneCommand): boolean {
    const isOf = (outage: Outage | undefined): boolean =>
      'call' in command && outage?.has(command.call) === true;
    if (isOf(this.#present) || isOf(this.#last)) return true;
    return command.kind === 'used' && this.#present?.isReturning === false;
  }

  /** The store can't keep this lane, or can again: no process knows what others use meanwhile. */
  unusable(error: UnusableCell | undefined): void {
    if (error === this.#unusable) return;
    this.#unusable = error;
    if (error !== undefined) this.begin();
    else this.#endIfOver();
  }

  /** Gives back what the store lets through while it is lost, or only just back: the call has gone already. */
  refund(answer: LaneAnswer): void {
    if (answer.kind !== 'granted') return;
    const nothing = { actual: {}, wasAnswered: false, isRefused: false };
    this.#value.send({ kind: 'ended', call: answer.call, ...nothing });
  }

  /** Nothing follows from an outage any more. */
  close(): void {
    for (const end of this.#ends) end();
    this.#unusable = undefined;
  }

  #endIfOver(): void {
    if (this.#present === undefined || this.#unusable || !this.#store.reach.isUp) return;
    this.#last = this.#present;
    this.#present = undefined;
    this.#host.onChange(false);
  }

  get #shareAlone(): number {
    return this.#store.onStoreLost === 'local' ? 1 / this.#store.instances : 1;
  }
}
