import {
  expected,
  expectFunction,
  expectKnown,
  expectNumber,
  expectObject,
  expectSignal,
} from '../validate.ts';
import type { BatchProgress } from './progress.ts';

/** Options of `limiter.map`. */
export interface MapOptions {
  /**
   * The most items in progress at a time.
   * @default chosen by the limiter: those with a call in flight, and 32 to 1,000 more, up to 10,000;
   * 32 if no limit holds calls back
   */
  readonly window?: number | undefined;
  /** `true`: results come in the order of `items`; `false`: as soon as they are there. @default false */
  readonly ordered?: boolean | undefined;
  /** Ends the batch: `next()` rejects with the signal's reason, and the signals given to `fn` abort. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How many times `fn` is called again for an item that failed: after 0.5 s, 1 s, 2 s and so on, up to
   * 8 s. Errors that a retry can't fix are not retried.
   * @default 0
   */
  readonly retries?: number | undefined;
  /**
   * The number of items. Give it if `items` has no size: without it, the remaining time is unknown.
   * @default the size of an array, a `Set` or a `Map`
   */
  readonly total?: number | undefined;
  /** Called with the progress once a second, and at the end. */
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
}

const KNOWN: readonly (keyof MapOptions)[] = [
  'window',
  'ordered',
  'signal',
  'retries',
  'total',
  'onProgress',
];

/** @throws TypeError for options that can't be used */
export function expectMapOptions(options: MapOptions): void {
  expectObject('options', options, `{ ${KNOWN.join(', ')} }`);
  expectKnown(options, KNOWN);
  const { window, ordered, signal, retries, total, onProgress } = options;
  if (window !== undefined) expectNumber('window', window, 'a number, 1 or more', (n) => n >= 1);
  if (retries !== undefined) expectNumber('retries', retries, 'a number, 0 or more', (n) => n >= 0);
  if (total !== undefined) expectNumber('total', total, 'a number, 0 or more', (n) => n >= 0);
  if (ordered !== undefined && typeof ordered !== 'boolean') {
    throw expected('ordered', 'a boolean', ordered);
  }
  if (signal !== undefined) expectSignal(signal);
  if (onProgress !== undefined) expectFunction('onProgress', onProgress);
}
