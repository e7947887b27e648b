import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import type { HeadroomError } from '../errors.ts';
import type { Gate, Wait } from '../gate/gate.ts';
import type { Concurrency } from '../learning/concurrency.ts';
import type { Learned } from '../model/learned.ts';
import type { Cost, Limit } from '../model/limits.ts';
import type { Reason } from '../model/reason.ts';
import type { CallQueue } from '../queue/call-queue.ts';
import { type Choice, LOOKED_AT, nextCall } from '../queue/next-call.ts';
import { type Decider, LaneSharing } from '../stores/lane-sharing.ts';
import type { Store } from '../stores/shared-lane.ts';
import type { ForeignPause, TurnsHost } from '../stores/turns-host.ts';
import { Alarm } from './alarm.ts';
import type { Recovery } from './recovery.ts';
import { StoreWord } from './store-word.ts';

/** The lane whose calls are started. */
export interface DispatchHost {
  readonly lane: string;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly queue: CallQueue;
  readonly recovery: Recovery;
  readonly concurrency: Concurrency;
  /** Keeps the limits for several processes. */
  readonly store?: Store | undefined;
  /** The error of a call that fitted when it came, and no longer does. */
  tooLarge(caller: Caller, cost: Cost, limit: Limit): HeadroomError;
  /** The calls that wait may be others now: a pause is watched for them. */
  looked(): void;
  /** Another process has met a refusal. */
  paused(pause: ForeignPause): void;
  /** Another process knows more of the limits. */
  learned(learned: Learned): void;
}

/** Until a question is asked again that the store hasn't answered, though it isn't lost. */
const LOST_STEP_MS = 100;
/** A slow answer doesn't hold a lane up for long: this often, twice as many calls may go. */
const PROBING_STEP_MS = 1000;

/**
 * Starts the calls of a lane when they may go: those that the gate has room for, or that the store
 * lets through, where there is one; and wakes up for the next one.
 */
export class Dispatch {
  /** How the lane's limits are shared with other processes, where they are. */
  readonly sharing: LaneSharing | undefined;
  readonly storeWord: StoreWord = new StoreWord();
  readonly #host: DispatchHost;
  /** When the next call may go, and when more may be in flight. */
  readonly #wakeUp: Alarm;
  readonly #widening: Alarm;
  #isDue = false;
  #isStopped = false;

  constructor(host: DispatchHost) {
    const { clock, store, lane } = host;
    this.#host = host;
    this.#wakeUp = new Alarm(clock);
    this.#widening = new Alarm(clock);
    this.sharing = store && new LaneSharing(store, lane, this.#turnsHost());
  }

  /** Who decides on calls now. */
  get decider(): Decider {
    return this.sharing?.decider ?? 'local';
  }

  /** What keeps any call from starting, besides the gate. Its end lets calls be looked at again. */
  get obstacle(): Reason | undefined {
    const { recovery, queue } = this.#host;
    const { isPassable, isCold, pause } = recovery;
    // After a pause, the store knows whether it is another process that tries first.
    const isShared = this.decider === 'store' && !isCold && pause === undefined;
    const isHeld = !isPassable && !isShared;
    if (isHeld && !isCold) return 'paused';
    if (queue.isSaturated) return 'concurrency';
    return isHeld ? 'learning' : undefined;
  }

  /** Starts every call that may go now, and wakes up for the next one. */
  look(): void {
    const { queue, gate, recovery } = this.#host;
    this.hush();
    queue.concurrency = this.#slots;
    if (this.decider === 'store') {
      this.#askStore();
      return;
    }
    while (queue.size > 0 && this.obstacle === undefined) {
      // Without a store, and open: nobody's room is asked for.
      const isProbe = recovery.isProbe || this.decider === 'open';
      const choice = nextCall(queue.line, gate, isProbe, this.#now);
      if ('waitMs' in choice) {
        this.#wakeUpIn(choice.waitMs);
        return;
      }
      this.#let(choice);
    }
    if (queue.size > 0 && recovery.isProbing) this.#widenIn(PROBING_STEP_MS);
    this.#host.looked();
  }

  /** The same, once for all the calls that end or are aborted in one go. */
  lookSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.look();
    });
  }

  /** Looks at a call that has just joined, where that can change who goes next. */
  lookAt(id: string): void {
    const isInFront = !this.#host.queue.line.isBehind(id, LOOKED_AT);
    if (isInFront || !this.#wakeUp.isSet) this.look();
  }

  /** Starts a call whose cost has been taken. */
  start(id: string, cost: Cost): void {
    const { queue, gate } = this.#host;
    queue.start(id, gate.sizeOf(cost));
  }

  /** Doesn't wake up until it is told to look again. */
  hush(): void {
    this.#wakeUp.cancel();
    this.#widening.cancel();
  }

  /** No call is to be started any more. */
  stop(): void {
    this.#isStopped = true;
    this.hush();
    this.storeWord.forget();
    if (this.decider === 'store') this.sharing?.ask();
  }

  get #now(): number {
    return this.#host.clock.now();
  }

  /** The most calls in flight here: while nobody knows what others do, a share of all. */
  get #slots(): number {
    return Math.max(1, Math.floor(this.#host.concurrency.limit * (this.sharing?.share ?? 1)));
  }

  /** Lets the store decide who goes. Only what this process knows for itself stands before that. */
  #askStore(): void {
    const { queue, recovery } = this.#host;
    this.sharing?.tellLearned();
    if (this.obstacle === undefined) this.sharing?.ask();
    else this.storeWord.tellAll();
    if (queue.size > 0 && recovery.isCold) this.#widenIn(PROBING_STEP_MS);
    this.#host.looked();
  }

  /** Starts a call that has been chosen, or turns it away. */
  #let(choice: Exclude<Choice, Wait>): void {
    const { id, call } = choice.place;
    if ('unfit' in choice) {
      call.error = this.#host.tooLarge(call.caller, choice.cost, choice.unfit);
      this.#host.queue.start(id, 0);
      return;
    }
    call.taken = choice.taken;
    this.start(id, choice.taken.cost);
  }

  #wakeUpIn(waitMs: number): void {
    if (waitMs === Number.POSITIVE_INFINITY || this.#isStopped) return;
    this.#wakeUp.set(() => this.look(), Math.ceil(waitMs));
  }

  #widenIn(waitMs: number): void {
    const widen = (): void => {
      this.#host.recovery.widen();
      this.look();
    };
    this.#widening.set(widen, waitMs);
  }

  #turnsHost(): TurnsHost {
    const { gate, clock, concurrency, queue, recovery } = this.#host;
    const { storeWord } = this;
    return {
      get line() {
        return queue.line;
      },
      gate,
      clock,
      // Until the limits are known, few calls are in flight in all processes together.
      concurrency: () => Math.min(concurrency.limit, recovery.allowed),
      hasSlot: () => !queue.isSaturated,
      let: (place, { cost, own }, grant) => {
        const at = this.#now;
        gate.take(cost, at);
        gate.follow(grant.taken, at);
        place.call.caller.take(own, at);
        this.#let({ place, taken: { cost, own, at, grant } });
      },
      turnAway: (place, unfit, cost) => this.#let({ place, unfit, cost }),
      asking: () => storeWord.asking(),
      answered: (verdict) => storeWord.answered(verdict, this.#now),
      unasked: () => storeWord.tellAll(),
      again: () => this.look(),
      paused: (pause) => this.#host.paused(pause),
      learned: (learned) => this.#host.learned(learned),
      wakeIn: (waitMs) => this.#wakeUpIn(waitMs),
      lost: () => this.#wakeUpIn(LOST_STEP_MS),
    };
  }
}
