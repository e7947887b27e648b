import PQueue from 'p-queue';
import type { Reservation } from '../lane/reservation.ts';
import { type Cost, minus, plus } from '../model/limits.ts';
import { AbortHub } from './abort-hub.ts';
import { Line, type LineOptions } from './line.ts';
import type { WaitingCall } from './waiting-call.ts';

/** What a call gets, or why it doesn't. */
export interface Promised {
  readonly resolve: (reservation: Reservation) => void;
  readonly reject: (reason: unknown) => void;
  /** Called as it stops waiting, before either of them. */
  readonly over: () => void;
}

/** A call that has joined the line. */
export interface Joined {
  readonly id: string;
  /** Rejects it with `error`, if it still waits. */
  readonly expel: (error: Error) => void;
}

/** The time that one call spends in the line. */
class Waiting {
  readonly signal: AbortSignal;
  isOver = false;
  readonly #stop: () => void;

  constructor(signal: AbortSignal, stop: () => void) {
    this.signal = signal;
    this.#stop = stop;
  }

  end(): void {
    this.isOver = true;
    this.#stop();
  }
}

/**
 * p-queue, told by a lane which call goes next.
 *
 * Invariant: the queue is paused whenever no call is chosen, so it starts exactly the chosen ones.
 * A started call holds its slot until its reservation has ended.
 */
export class CallQueue {
  readonly #queue: PQueue<Line, LineOptions>;
  readonly #aborts = new AbortHub();
  #line!: Line;
  #lastId = 0;
  #waitingCost: Cost = {};
  #waiting = 0;

  /** `onSlot` is called whenever a slot has become free, or the line shorter. */
  constructor(concurrency: number, onSlot: () => void) {
    // `clear` makes a new line: it goes on for whom the old one did.
    const adopt = (line: Line): void => {
      line.sizeOf = this.#line?.sizeOf ?? line.sizeOf;
      this.#line = line;
      line.onDequeue = () => this.#queue.pause();
    };
    class OwnLine extends Line {
      constructor() {
        super();
        adopt(this);
      }
    }
    this.#queue = new PQueue({ queueClass: OwnLine, concurrency, autoStart: false });
    this.#queue.addEventListener('next', onSlot);
  }

  /** Calls that wait. */
  get size(): number {
    return this.#line.size;
  }

  /** Calls that were started and have not ended. */
  get inFlight(): number {
    return this.#queue.pending;
  }

  get isSaturated(): boolean {
    return this.#queue.pending >= this.#queue.concurrency;
  }

  get concurrency(): number {
    return this.#queue.concurrency;
  }

  /** From now on; what is in flight stays so. */
  set concurrency(limit: number) {
    if (limit !== this.#queue.concurrency) this.#queue.concurrency = limit;
  }

  /** Of the calls that wait, those that are known to have to. */
  get waiting(): number {
    return this.#waiting;
  }

  /** What these cost together. */
  get waitingCost(): Cost {
    return this.#waitingCost;
  }

  /** The waiting calls, and their order. Stop iterating before you change it. */
  get line(): Line {
    return this.#line;
  }

  /**
   * Lets `call` wait. `reserve` is called when it is started; it is rejected with its signal's
   * reason, or with the error that it was expelled with. A started call is no longer listened for.
   */
  join(
    call: WaitingCall,
    priority: number,
    reserve: () => Reservation,
    promised: Promised,
  ): Joined {
    const id = String(++this.#lastId);
    const own = new AbortController();
    const waiting = this.#abortable(call, own);
    const leave = (): void => {
      if (waiting.isOver) return;
      this.#forget(call);
      waiting.end();
      promised.over();
    };
    const start = (): Promise<void> => {
      leave();
      const reservation = reserve();
      promised.resolve(reservation);
      return reservation.done;
    };
    const fail = (reason: unknown): void => {
      leave();
      promised.reject(call.error ?? reason);
    };
    if (call.counts) this.#add(call);
    const options = { id, priority, call, signal: waiting.signal };
    this.#queue.add(start, options).catch(fail);
    call.expel = (error) => own.abort(error);
    return { id, expel: call.expel };
  }

  /** It is known that the call has to wait. */
  count(id: string, call: WaitingCall): void {
    if (call.counts || !this.#line.has(id)) return;
    call.counts = true;
    this.#line.count(id);
    this.#add(call);
  }

  /** Starts the waiting call `id`; it takes `size` of its caller's share. */
  start(id: string, size: number): void {
    this.#line.choose(id, size);
    this.#queue.start();
  }

  /** Rejects every waiting call with `error`. */
  clear(error: Error): void {
    const line = this.#line;
    for (const { call } of line.all()) call.error = error;
    this.#queue.clear();
    line.abandon();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  onIdle(): Promise<void> {
    return this.#queue.onIdle();
  }

  /** A signal of its own for the time in which `call` waits. */
  #abortable({ signal }: WaitingCall, own: AbortController): Waiting {
    if (signal === undefined) return new Waiting(own.signal, () => {});
    if (signal.aborted) own.abort(signal.reason);
    const stop = this.#aborts.listen(signal, () => own.abort(signal.reason));
    return new Waiting(own.signal, stop);
  }

  #add({ counted }: WaitingCall): void {
    this.#waiting++;
    this.#waitingCost = plus(this.#waitingCost, counted);
  }

  /** An empty line costs exactly nothing, whatever rounding has left in the sum. */
  #forget({ counts, counted }: WaitingCall): void {
    if (!counts) return;
    this.#waiting--;
    this.#waitingCost = this.#line.size === 0 ? {} : minus(this.#waitingCost, counted);
  }
}
