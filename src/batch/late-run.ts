import type { BatchRun } from './batch-run.ts';
import type { MapResult } from './results.ts';

/** A run whose code is loaded when its first result is asked for. */
export class LateRun<Item, Value> implements AsyncIterableIterator<MapResult<Item, Value>> {
  readonly #load: () => Promise<BatchRun<Item, Value>>;
  #run: Promise<BatchRun<Item, Value>> | undefined;

  constructor(load: () => Promise<BatchRun<Item, Value>>) {
    this.#load = load;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<MapResult<Item, Value>, undefined>> {
    return (await this.#loaded()).next();
  }

  async return(): Promise<IteratorResult<MapResult<Item, Value>, undefined>> {
    return (await this.#loaded()).return();
  }

  #loaded(): Promise<BatchRun<Item, Value>> {
    this.#run ??= this.#load();
    return this.#run;
  }
}
