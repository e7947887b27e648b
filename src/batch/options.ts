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
   * @default as many as have calls in flight, and some more that wait, 10,000 at most; 32 where no
   * limit holds calls back
   */
  readonly window?: number | undefined;
  /** `true`: results come in the order of `items`; `false`: as soon as they are there. @default false */
  readonly ordered?: boolean | undefined;
  /** Ends the batch: `next()` rejects with the signal's reason, and the signals given to `fn` abort. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How often `fn` is called again for an item after an error: first after half a second, then after
   * twice as long each time, up to 8 s. Errors that can't pass by themselves are not repeated.
   * @default 0
   */
  readonly retries?: number | undefined;
  /**
   * How many items there are, where they can't be counted before their end: without it, nobody knows
   * the time that is left. @default the size of an array, a `Set` or a `Map`
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
