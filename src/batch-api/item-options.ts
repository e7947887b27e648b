import type { BatchProgress } from '../batch/progress.ts';
import type { MapResult } from '../batch/results.ts';
import {
  expected,
  expectFunction,
  expectKnown,
  expectNumber,
  expectObject,
  expectSignal,
  expectText,
} from '../validate.ts';
import type { JournalStore } from './journal.ts';

/** Options of `limiter.batch`. */
export interface BatchOptions<Item> {
  /** Makes the body of an item's call, as the SDK's method takes it, without `stream`. */
  readonly request: (item: Item, index: number) => object;
  /**
   * The endpoint of all calls. Anthropic has only one.
   * @default '/v1/chat/completions'
   */
  readonly url?: string | undefined;
  /**
   * How many milliseconds may pass until all calls are sent. Calls that no batch has answered by the
   * time it gets tight are sent live; if there are too many for that, some are sent live at once.
   * @default none: batches take up to a day
   */
  readonly deadlineMs?: number | undefined;
  /** Ends the run: `next()` rejects with the signal's reason. Submitted batches go on at the provider. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the progress every ten seconds, and at the end. */
  readonly onProgress?: ((progress: BatchApiProgress) => void) | undefined;
  /** The most requests in one batch. @default as many as the provider accepts */
  readonly batchSize?: number | undefined;
  /**
   * Records submitted batches, so that a later run with the same items finds them again after a
   * crash. @default in memory: a later run submits everything again
   */
  readonly journal?: BatchJournal | undefined;
  /** The item's name in the journal: unique, and the same in each run. @default its index */
  readonly id?: ((item: Item, index: number) => string) | undefined;
}

/** A journal, with what earlier runs have written to it. */
export interface BatchJournal extends JournalStore {
  /** The lines that earlier runs have appended, the oldest first. */
  readonly lines: Iterable<string>;
}

/** The batches that are open at the provider. */
export interface OpenBatches {
  /** Batches that have not ended. */
  readonly open: number;
  /** Calls in open batches. */
  readonly calls: number;
  /** Calls in open batches that the provider has ended. */
  readonly ended: number;
}

/** The progress of a run. `tokens` and `usd` include batches, at half the price. */
export interface BatchApiProgress extends BatchProgress {
  /** The batches that are open at the provider. */
  readonly batches: OpenBatches;
}

/** How an item's call was sent. */
export interface SentVia {
  /** `'batch'`: in a batch of the Batch API; `'live'`: as an ordinary call. */
  readonly via: 'batch' | 'live';
}

/** The result of one item, and how its call was sent. */
export type BatchItemResult<Item, Value> = SentVia & MapResult<Item, Value>;

const KNOWN: readonly (keyof BatchOptions<unknown>)[] = [
  'request',
  'url',
  'deadlineMs',
  'signal',
  'onProgress',
  'batchSize',
  'journal',
  'id',
];

/** @throws TypeError for options that can't be used */
export function expectBatchOptions(options: BatchOptions<never>): void {
  expectObject('options', options, `{ ${KNOWN.join(', ')} }`);
  expectKnown(options, KNOWN);
  const { request, url, deadlineMs, signal, onProgress, batchSize, journal, id } = options;
  expectFunction('request', request);
  if (url !== undefined) expectText('url', url);
  for (const [name, value] of Object.entries({ deadlineMs, batchSize })) {
    if (value !== undefined) expectNumber(name, value, 'a number, 1 or more', (n) => n >= 1);
  }
  for (const [name, value] of Object.entries({ onProgress, id })) {
    if (value !== undefined) expectFunction(name, value);
  }
  if (signal !== undefined) expectSignal(signal);
  if (journal !== undefined && typeof journal?.append !== 'function') {
    throw expected('journal', 'an object with `lines` and `append`', journal);
  }
}
