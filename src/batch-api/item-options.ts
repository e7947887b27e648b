import type { BatchProgress } from '../batch/progress.ts';
import { expected, expectKnown, expectNumber, expectObject, expectText } from '../validate.ts';
import type { JournalStore } from './journal.ts';

/** How `batch` sends its items. */
export interface BatchOptions<Item> {
  /** The body of an item's call, as the SDK's method takes it, and no stream. */
  readonly request: (item: Item, index: number) => object;
  /**
   * The endpoint, the same for all. Anthropic has only one.
   * @default '/v1/chat/completions'
   */
  readonly url?: string | undefined;
  /**
   * All calls are to be sent within this, in milliseconds: live, what no batch has answered when it
   * is nearly over; and live at once, what could otherwise not be sent in time.
   * @default none: batches take up to a day
   */
  readonly deadlineMs?: number | undefined;
  /** Ends it: `next()` rejects with its reason. Batches that were submitted go on at the provider. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is: every ten seconds, and at the end. */
  readonly onProgress?: ((progress: BatchApiProgress) => void) | undefined;
  /** Requests in one batch, at most. @default as many as the provider takes */
  readonly batchSize?: number | undefined;
  /**
   * Keeps what was submitted, so that after a crash the same items, or those without a result, find
   * their batches again. `lines`: what was appended before. @default in memory
   */
  readonly journal?: (JournalStore & { readonly lines: Iterable<string> }) | undefined;
  /** Names an item in the journal: the same in each run, and no other's. @default its index */
  readonly id?: ((item: Item, index: number) => string) | undefined;
}

/** How far a batch is, with what is at the provider. `tokens` and `usd` have that at half price. */
export interface BatchApiProgress extends BatchProgress {
  readonly batches: {
    readonly open: number;
    /** Calls in open batches, and those of them that the provider has ended. */
    readonly calls: number;
    readonly ended: number;
  };
}

/** What has become of one item, and by which way it went. */
export type BatchItemResult<Item, Value> = { readonly via: 'batch' | 'live' } & (
  | { readonly index: number; readonly item: Item; readonly value: Value }
  | { readonly index: number; readonly item: Item; readonly error: unknown }
);

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
  if (typeof request !== 'function') throw expected('request', 'a function', request);
  if (url !== undefined) expectText('url', url);
  for (const [name, value] of Object.entries({ deadlineMs, batchSize })) {
    if (value !== undefined) expectNumber(name, value, 'a number, 1 or more', (n) => n >= 1);
  }
  for (const [name, value] of Object.entries({ onProgress, id })) {
    if (value !== undefined && typeof value !== 'function') {
      throw expected(name, 'a function', value);
    }
  }
  if (signal !== undefined && !(typeof signal === 'object' && signal && 'aborted' in signal)) {
    throw expected('signal', 'an AbortSignal', signal);
  }
  if (journal !== undefined && typeof journal?.append !== 'function') {
    throw expected('journal', 'an object with `lines` and `append`', journal);
  }
}
