import PQueue, { type Queue, type QueueAddOptions } from 'p-queue';
import { AbortHub } from './abort-hub.ts';
import { ensureCustomEvent } from './custom-event.ts';
import type { FairQueue } from './fair-queue.ts';
import type { QueuedCall } from './queued-call.ts';

/** What a call gets when it may go: it holds a slot until that is done. */
export interface SlotHolder {
  readonly done: Promise<void>;
}

/** What a lane hears of its queue. */
export interface CallQueueListener<R> {
  /** A slot has become free, or the queue shorter. */
  onSlot(): void;
  /** A call has left without having been granted anything: aborted, or rejected. */
  onLeave(call: QueuedCall<R>): void;
}

type Run = () => Promise<unknown>;

/** p-queue's `queueClass`: it hands out the calls that may go, and those that have left. */
class GrantedFirst<R> implements Queue<Run, QueueAddOptions> {
  readonly #fair: FairQueue<R>;
  readonly #onEmpty: () => void;
  readonly #granted: Run[] = [];
  #first = 0;

  constructor(fair: FairQueue<R>, onEmpty: () => void) {
    this.#fair = fair;
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#fair.size + this.#granted.length - this.#first;
  }

  /** p-queue runs for as long as this is so. */
  get hasPromoted(): boolean {
    return this.#granted.length > this.#first;
  }

  enqueue(run: Run): void {
    this.#granted.push(run);
  }

  dequeue(): Run | undefined {
    const run = this.#granted[this.#first++];
    if (this.#first === this.#granted.length) {
      this.#granted.length = 0;
      this.#first = 0;
      this.#onEmpty();
    }
    return run;
  }

  /** p-queue asks for these where it is told to, which nobody does here. */
  remove(): void {}
  setPriority(): void {}
  filter(): Run[] {
    return [];
  }
}

/**
 * The runner of one lane: p-queue. Who decides what:
 *
 * - p-queue: slots (`concurrency`), when the queue is idle, and who is in flight;
 * - `FairQueue`: in which order calls ask;
 * - the rules (`decide`): which of them may go now. Each is promoted here, and p-queue runs until no
 *   promoted call is left; then it is paused until the next decision.
 *
 * p-queue hears of a call as it is promoted, and counts those before by `size`: a task of p-queue's for
 * each call that waits would take more memory than the call.
 */
export class CallQueue<R extends SlotHolder> {
  readonly fair: FairQueue<R>;
  readonly #queue: PQueue<GrantedFirst<R>, QueueAddOptions>;
  readonly #waiting: GrantedFirst<R>;
  readonly #aborts = new AbortHub();
  readonly #listener: CallQueueListener<R>;

  constructor(fair: FairQueue<R>, concurrency: number, listener: CallQueueListener<R>) {
    this.fair = fair;
    this.#listener = listener;
    const onEmpty = (): void => this.#queue.pause();
    let waiting: GrantedFirst<R> | undefined;
    // p-queue makes its queue itself.
    class OwnQueue extends GrantedFirst<R> {
      constructor() {
        super(fair, onEmpty);
        waiting = this;
      }
    }
    ensureCustomEvent();
    this.#queue = new PQueue({ queueClass: OwnQueue, concurrency, autoStart: false });
    this.#waiting = waiting ?? new OwnQueue();
    this.#queue.addEventListener('next', () => listener.onSlot());
  }

  /** Calls that wait. */
  get size(): number {
    return this.fair.size;
  }

  /** Calls that were started and have not ended. */
  get inFlight(): number {
    return this.#queue.pending;
  }

  get concurrency(): number {
    return this.#queue.concurrency;
  }

  /** From now on; what is in flight stays so. */
  set concurrency(limit: number) {
    if (limit !== this.#queue.concurrency) this.#queue.concurrency = limit;
  }

  /** Lets a call wait; it leaves when its signal aborts. */
  join(call: QueuedCall<R>): void {
    const { signal } = call;
    call.isWaiting = true;
    this.fair.add(call);
    if (signal === undefined) return;
    if (signal.aborted) this.leave(call, signal.reason);
    else call.stop = this.#aborts.listen(signal, () => this.leave(call, signal.reason));
  }

  /** The call may go with what it was granted. `run` starts it. */
  promote(call: QueuedCall<R>, granted: R): void {
    call.granted = granted;
    this.#end(call);
  }

  /** Starts the promoted calls, as far as there are slots. */
  run(): void {
    if (this.#waiting.hasPromoted) this.#queue.start();
  }

  /** Rejects a call that waits with `reason`. */
  leave(call: QueuedCall<R>, reason: unknown): void {
    if (!call.isWaiting) return;
    this.#end(call);
    this.#listener.onLeave(call);
    call.promised.reject(reason);
    this.run();
  }

  /** Resolves when nothing waits and nothing is in flight. */
  onIdle(): Promise<void> {
    return this.#queue.onIdle();
  }

  #end(call: QueuedCall<R>): void {
    call.isWaiting = false;
    call.stop?.();
    call.stop = undefined;
    this.fair.remove(call);
    void this.#queue.add(() => run(call));
  }
}

/** A call that has left has nothing to run. */
async function run<R extends SlotHolder>(call: QueuedCall<R>): Promise<void> {
  if (call.granted === undefined) return;
  call.promised.resolve(call.granted);
  await call.granted.done;
}
