import { expectFunction } from '../validate.ts';
import type { BatchRun, MapFunction } from './batch-run.ts';
import type { BatchHost } from './host.ts';
import { LateRun } from './late-run.ts';
import { expectMapOptions, type MapOptions } from './options.ts';
import type { MapResult } from './results.ts';
import { sourceOf } from './source.ts';

interface ItemsRun<Item, Result> {
  results(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Result, void>;
  stop(reason: unknown): void;
}

/** What they need of it. */
interface BatchesHost extends BatchHost {
  loaded<Module>(load: () => Promise<Module>): Promise<Module>;
}

/** The batches of one limiter that have not ended. */
export class Batches {
  readonly #host: BatchesHost;
  readonly #open = new Set<{ fail(reason: unknown): void }>();
  #failure: { readonly reason: unknown } | undefined;

  constructor(host: BatchesHost) {
    this.#host = host;
  }

  /** @throws TypeError for items, a function or options that can't be used */
  map<Item, Value>(
    items: Iterable<Item> | AsyncIterable<Item>,
    fn: MapFunction<Item, Value>,
    options: MapOptions,
  ): AsyncIterableIterator<MapResult<Item, Value>> {
    expectFunction('fn', fn);
    expectMapOptions(options);
    const source = sourceOf(items);
    return new LateRun(async () => {
      const { BatchRun } = await this.#host.loaded(() => import('./batch-run.ts'));
      return this.#watched(new BatchRun(this.#host, source, fn, options));
    });
  }

  /** Ends with the limiter. */
  #watched<Item, Value>(run: BatchRun<Item, Value>): BatchRun<Item, Value> {
    run.onBegin = () => {
      this.#open.add(run);
      if (this.#failure !== undefined) run.fail(this.#failure.reason);
    };
    run.onEnd = () => this.#open.delete(run);
    return run;
  }

  /** What becomes of items by other ways, which end with the limiter, too. */
  async *tracked<Item, Result>(
    begin: () => Promise<ItemsRun<Item, Result>>,
    items: Iterable<Item> | AsyncIterable<Item>,
  ): AsyncGenerator<Result, void> {
    const run = await begin();
    const open = { fail: (reason: unknown) => run.stop(reason) };
    this.#open.add(open);
    if (this.#failure !== undefined) open.fail(this.#failure.reason);
    try {
      yield* run.results(items);
    } finally {
      this.#open.delete(open);
    }
  }

  /** Ends all of them, and those that begin later. */
  fail(reason: unknown): void {
    this.#failure = { reason };
    for (const run of this.#open) run.fail(reason);
  }
}
