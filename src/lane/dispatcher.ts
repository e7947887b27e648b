import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import type { QueuedCall } from '../queue/queued-call.ts';
import type { Decision, Grant } from '../rules/decide.ts';
import { settleOwn } from '../rules/own-limits.ts';
import { LOOKED_AT, type OwnWait, type Unfit } from '../rules/pick-next.ts';
import type { LaneKeeper } from './lane-keeper.ts';
import type { Reservation } from './reservation.ts';
import { Timer } from './timer.ts';

/** Float sums of a wait may be off by so much. */
const ROUNDING_MS = 1e-6;
/** Of calls that have asked, so many are kept in mind: those at the front ask again each time. */
const MOST_ASKED = 16 * LOOKED_AT;

/** What a lane does with what was decided. */
export interface DispatchListener {
  /** The call may go. */
  granted(call: QueuedCall<Reservation>, grant: Grant): void;
  /** The call can never go. */
  unfit(call: QueuedCall<Reservation>, unfit: Unfit): void;
  /** Everything that was decided is done; `isAnswer`: a store has answered. */
  decided(isAnswer: boolean): void;
}

/**
 * Has a lane's calls decided on, and starts those that may go: whenever something has happened, and
 * when the next one is due.
 */
export class Dispatcher {
  readonly #keeper: LaneKeeper;
  readonly #queue: CallQueue<Reservation>;
  readonly #clock: Clock;
  readonly #listener: DispatchListener;
  readonly #timer: Timer;
  /** Calls that have asked to go, by number. */
  readonly #asked = new Map<number, QueuedCall<Reservation>>();
  /** The last of them, until some of them go. */
  #front: readonly QueuedCall<Reservation>[] = [];
  /** How many of those that asked last have neither gone nor been turned away; before the first look, unknown. */
  #open = 1;
  #isDue = false;
  #isLooking = false;
  #isToLookAgain = false;
  #isStopped = false;

  constructor(
    keeper: LaneKeeper,
    queue: CallQueue<Reservation>,
    clock: Clock,
    listener: DispatchListener,
  ) {
    this.#keeper = keeper;
    this.#queue = queue;
    this.#clock = clock;
    this.#listener = listener;
    this.#timer = new Timer(clock);
    keeper.onDecision = (decision) => this.#hear(decision);
  }

  /** Starts every call that may go now. What happens meanwhile is looked at after that. */
  look(): void {
    this.#isToLookAgain = this.#isLooking;
    if (this.#isLooking) return;
    this.#isLooking = true;
    do {
      this.#isToLookAgain = false;
      this.#timer.cancel();
      this.#queue.concurrency = slotsHere(this.#keeper);
      this.#ask(this.#asking());
    } while (this.#isToLookAgain);
    this.#isLooking = false;
    this.#listener.decided(false);
  }

  /** The same, once for all the calls that end or are aborted in one go. */
  lookSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    // Not `queueMicrotask`, which some tests fake.
    void Promise.resolve().then(() => {
      this.#isDue = false;
      this.look();
    });
  }

  /** Looks at a call that has just joined, where that can change who goes next. */
  lookAt(call: QueuedCall<Reservation>): void {
    const isInFront = !this.#queue.fair.isBehind(call, LOOKED_AT);
    if (isInFront || !this.#timer.isSet) this.look();
  }

  /** The call has left: what it is granted is given back. Nobody knows how much it holds. */
  forget({ id }: QueuedCall<Reservation>): void {
    this.#asked.delete(id);
  }

  /** Starts nothing any more. */
  stop(): void {
    this.#isStopped = true;
    this.#timer.cancel();
  }

  /** A decision comes as it is asked for, or, from a store, later. */
  #hear(decision: Decision): void {
    this.#carryOut(decision);
    if (this.#isLooking) return;
    this.#listener.decided(decision.blocked !== undefined);
    if (this.#isToLookAgain || decision.blocked === undefined) this.look();
  }

  /** Where no call waits or has asked, there is nothing to decide: so ends each call that was alone. */
  #ask(front: readonly QueuedCall<Reservation>[]): void {
    if (this.#keeper.isLocal && this.#queue.size + this.#open === 0) return;
    this.#open = front.length;
    this.#keeper.ask(front);
  }

  /** The first calls of the queue. */
  #asking(): readonly QueuedCall<Reservation>[] {
    const front = this.#queue.fair.front(LOOKED_AT, this.#clock.now());
    if (front === this.#front) return front;
    this.#front = front;
    if (this.#asked.size > MOST_ASKED) this.#asked.clear();
    for (const call of front) this.#asked.set(call.id, call);
    return front;
  }

  #start(call: QueuedCall<Reservation>, grant: Grant): void {
    const { fair } = this.#queue;
    if (this.#keeper.isLocal) fair.served(call.caller);
    else fair.serve(call.caller, call.counted);
    this.#listener.granted(call, grant);
  }

  /** The call was given up while its grant was on the way. */
  #giveBack({ call, ticket, own }: Grant): void {
    const nothing = { actual: {}, wasAnswered: false, isRefused: false };
    this.#keeper.tell({ kind: 'ended', call, ...nothing });
    if (ticket.own !== undefined) settleOwn(ticket.own, own, {}, call.at, this.#clock.now());
  }

  #carryOut({ granted, unfit, held, blocked }: Decision): void {
    this.#open -= granted.length + unfit.length;
    const isAll = this.#front.length < LOOKED_AT;
    // Kept, calls would keep their reservations: that nobody ends one must show when it is collected.
    if (granted.length > 0) this.#front = [];
    for (const each of unfit) this.#with(each, (call) => this.#listener.unfit(call, each));
    for (const each of granted) {
      const call = this.#asked.get(each.ticket.id);
      this.#asked.delete(each.ticket.id);
      if (call?.isWaiting === true) this.#start(call, each);
      else this.#giveBack(each);
    }
    for (const each of held) this.#with(each, ({ caller }) => this.#hold(caller, each.waitMs));
    this.#queue.run();
    // Behind those that went or are held there may be others that can go.
    const hasGone = granted.length > 0 || unfit.length > 0;
    const isMore = held.length > 0 || (hasGone && (blocked === undefined || !isAll));
    if (isMore && this.#queue.size > 0) this.#isToLookAgain = true;
    else this.#wakeIn(blocked?.waitMs ?? Number.POSITIVE_INFINITY);
  }

  /**
   * Leaves a caller out whose own limits have no room, for whole milliseconds, so that the clock sees a
   * difference. If another lane of this caller is next, this one waits a millisecond longer.
   */
  #hold(caller: Caller, waitMs: number): void {
    const turnMs = caller.isNextIn(this.#queue.fair) ? 0 : 1;
    const forMs = Math.max(1, Math.ceil(waitMs - ROUNDING_MS)) + turnMs;
    this.#queue.fair.hold(caller, this.#clock.now() + forMs);
  }

  #with({ ticket }: Pick<OwnWait, 'ticket'>, act: (call: QueuedCall<Reservation>) => void): void {
    const call = this.#asked.get(ticket.id);
    if (call !== undefined) act(call);
  }

  #wakeIn(blockedMs: number): void {
    const heldMs = this.#queue.fair.heldUntil - this.#clock.now();
    const waitMs = Math.min(blockedMs, heldMs);
    const isAwaited = this.#queue.size > 0 && waitMs < Number.POSITIVE_INFINITY;
    if (isAwaited && !this.#isStopped) this.#timer.set(() => this.look(), Math.ceil(waitMs));
  }
}

/** With a store, the rules count the slots of all processes. */
function slotsHere(keeper: LaneKeeper): number {
  const { isShared, isLocal } = keeper;
  return isShared && !isLocal ? Number.POSITIVE_INFINITY : slotsOf(keeper);
}

/** The most calls in flight in this process, as far as the lane's limits go. */
export function slotsOf({ state, share }: Pick<LaneKeeper, 'state' | 'share'>): number {
  return Math.max(1, Math.floor(state.learning.concurrency.limit * share));
}
