import type { BatchRun } from './batch-run.ts';
import type { MapResult } from './results.ts';

/** A run whose code is loaded when its first result is asked for. */
export class LateRun<Item, Value> implements AsyncIterableIterator<MapResult<Item, Value>> {
  readonly #load: () => Promise<BatchRun<Item, Value>>;
  #loading: Promise<BatchRun<Item, Value>> | undefined;
  #run: BatchRun<Item, Value> | undefined;

  constructor(load: () => Promise<BatchRun<Item, Value>>) {
    this.#load = load;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<MapResult<Item, Value>, undefined>> {
    return this.#run?.next() ?? this.#late((run) => run.next());
  }

  return(): Promise<IteratorResult<MapResult<Item, Value>, undefined>> {
    return this.#run?.return() ?? this.#late((run) => run.return());
  }

  /** In the order in which they were asked: known only once the first of them goes on. */
  async #late<Result>(ask: (run: BatchRun<Item, Value>) => Promise<Result>): Promise<Result> {
    this.#loading ??= this.#load();
    this.#run = await this.#loading;
    return ask(this.#run);
  }
}
