import { named, nameOfItem } from '../call-names.ts';
import { nextTurn } from '../tokens/next-turn.ts';
import { type BatchHost, loadOf } from './host.ts';
import type { MapOptions } from './options.ts';
import { type BatchProgress, Tally } from './progress.ts';
import { isPermanent, repeatAfterMs, rest } from './repeat.ts';
import { type MapResult, Results } from './results.ts';
import type { Source } from './source.ts';
import { Teller } from './teller.ts';
import { AutoWindow, LOOK_MS } from './window.ts';

/** The second argument of `fn`. */
export interface MapContext {
  /** The item's place among `items`; the first is 0. */
  readonly index: number;
  /** Aborts when the result is no longer wanted. Pass it to the calls that `fn` makes. */
  readonly signal: AbortSignal;
}

/** Makes the calls for one item, and returns its value. Its error becomes the item's result. */
export type MapFunction<Item, Value> = (
  item: Item,
  context: MapContext,
) => Value | PromiseLike<Value>;

interface Taker<Result> {
  readonly resolve: (result: IteratorResult<Result, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

const PROGRESS_MS = 1000;

/**
 * Goes through items, as many at a time as its window says, and hands the results out. Begins with
 * the first `next()`.
 *
 * Invariants: each item has one result; items begun and not handed out are at most twice the window;
 * after the end there is no timer, no listener, and no item that has not been told.
 */
export class BatchRun<Item, Value> implements AsyncIterableIterator<MapResult<Item, Value>> {
  /** Called with the first `next()`. Set once. */
  onBegin: () => void = () => {};
  /** Called at the end, however it came. Set once. */
  onEnd: () => void = () => {};
  readonly #host: BatchHost;
  readonly #source: Source<Item>;
  readonly #fn: MapFunction<Item, Value>;
  readonly #options: MapOptions;
  readonly #results: Results<MapResult<Item, Value>>;
  readonly #running = new Set<AbortController>();
  readonly #teller: Teller<BatchProgress>;
  #takers: Taker<MapResult<Item, Value>>[] = [];
  #tally: Tally | undefined;
  #window: AutoWindow | undefined;
  #begun = 0;
  #isPulling = false;
  /** The source has no more items, or has failed. */
  #isDry = false;
  #isOver = false;
  #failure: { readonly reason: unknown } | undefined;
  #stopLooking: (() => void) | undefined;

  constructor(
    host: BatchHost,
    source: Source<Item>,
    fn: MapFunction<Item, Value>,
    options: MapOptions,
  ) {
    this.#host = host;
    this.#source = source;
    this.#fn = fn;
    this.#options = options;
    this.#results = new Results(options.ordered === true);
    this.#teller = new Teller({
      clock: host.clock,
      everyMs: PROGRESS_MS,
      listener: options.onProgress,
      progress: () => this.#tally?.progress(this.#running.size),
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<MapResult<Item, Value>, undefined>> {
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject });
      this.#begin();
      this.#goOn();
    });
  }

  /** Ends it early: a `break` in the loop. Those who listen to their signal have a turn to end. */
  async return(): Promise<IteratorResult<MapResult<Item, Value>, undefined>> {
    this.#end(new DOMException('The results are no longer wanted', 'AbortError'));
    this.#handOut();
    await new Promise<void>(nextTurn);
    return { done: true, value: undefined };
  }

  /** Ends it with an error: whoever waits for a result gets it. */
  fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#failure = { reason };
    this.#end(reason);
    this.#handOut();
  }

  #begin(): void {
    if (this.#tally !== undefined || this.#isOver) return;
    const { signal, window, total = this.#source.total } = this.#options;
    this.#tally = new Tally(this.#host, total);
    if (window === undefined) this.#window = new AutoWindow(() => loadOf(this.#host.lanes));
    this.#teller.begin();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#onAbort();
    this.onBegin();
  }

  readonly #onAbort = (): void => this.fail(this.#options.signal?.reason);

  #goOn(): void {
    if (!this.#isPulling && !this.#isOver) void this.#pull();
    this.#handOut();
  }

  /** Begins items, one after the other, while there is room for them. */
  async #pull(): Promise<void> {
    this.#isPulling = true;
    try {
      while (this.#hasRoom) {
        const asked = this.#source.next();
        const { done, value } = 'then' in asked ? await asked : asked;
        if (this.#isOver) return;
        if (done === true) this.#isDry = true;
        else void this.#work(value, this.#begun++);
      }
    } catch (reason) {
      // What is under way is handed out first.
      this.#isDry = true;
      this.#failure ??= { reason };
    } finally {
      this.#isPulling = false;
    }
    this.#handOut();
    this.#lookSoon();
  }

  get #size(): number {
    return this.#options.window ?? this.#window?.size ?? 1;
  }

  get #isFull(): boolean {
    return this.#running.size >= this.#size;
  }

  /** Whether more results wait to be taken than is good for memory. */
  get #isAhead(): boolean {
    return this.#running.size + this.#results.size >= 2 * this.#size;
  }

  get #hasRoom(): boolean {
    return !this.#isDry && !this.#isOver && !this.#isFull && !this.#isAhead;
  }

  async #work(item: Item, index: number): Promise<void> {
    const controller = new AbortController();
    this.#running.add(controller);
    const result = await this.#resultOf(item, index, controller.signal);
    this.#running.delete(controller);
    if (this.#isOver) return;
    this.#results.add(result);
    const tally = this.#tally;
    if (tally !== undefined) {
      tally.done++;
      if ('error' in result) tally.failed++;
    }
    this.#goOn();
  }

  async #resultOf(item: Item, index: number, signal: AbortSignal): Promise<MapResult<Item, Value>> {
    const { retries = 0 } = this.#options;
    const called = () => named(nameOfItem(index), () => this.#fn(item, { index, signal }));
    for (let failures = 1; ; failures++) {
      try {
        return { index, item, value: await called() };
      } catch (error) {
        if (failures > retries || signal.aborted || isPermanent(error))
          return { index, item, error };
      }
      try {
        await rest(this.#host.clock, repeatAfterMs(failures), signal);
      } catch (error) {
        return { index, item, error };
      }
    }
  }

  #handOut(): void {
    while (this.#takers.length > 0) {
      const value = this.#isOver ? undefined : this.#results.take();
      if (value !== undefined) this.#takers.shift()?.resolve({ done: false, value });
      else if (this.#isOver || this.#isDone) this.#finish();
      else return;
    }
  }

  get #isDone(): boolean {
    return this.#isDry && this.#running.size === 0 && this.#results.size === 0;
  }

  /** Nothing more comes: the first who waits is told why, if it failed. */
  #finish(): void {
    this.#end(undefined);
    const failure = this.#failure;
    this.#failure = undefined;
    const [first, ...others] = this.#takers;
    this.#takers = [];
    if (failure !== undefined) first?.reject(failure.reason);
    else first?.resolve({ done: true, value: undefined });
    for (const { resolve } of others) resolve({ done: true, value: undefined });
  }

  #end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#stopLooking?.();
    for (const controller of this.#running) controller.abort(reason);
    this.#results.clear();
    if (!this.#isDry) this.#source.close();
    this.#teller.end();
    this.#tally?.stop();
    this.onEnd();
  }

  /** Calls go in between, too: then there is room for more items. */
  #lookSoon(): void {
    if (this.#window === undefined || this.#stopLooking !== undefined) return;
    if (this.#isDry || this.#isOver || this.#isAhead || !this.#isFull) return;
    this.#stopLooking = this.#host.clock.setTimeout(() => {
      this.#stopLooking = undefined;
      this.#window?.look();
      this.#goOn();
    }, LOOK_MS);
  }
}
