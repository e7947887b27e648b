import { expected, expectKnown, expectNumber, expectObject } from '../validate.ts';
import type { BatchProgress } from './progress.ts';

/** How `map` goes through its items. */
export interface MapOptions {
  /**
   * The most items that are under way at a time. Left out, the limiter finds it: as many as have a
   * call in flight, and some more that wait, 10,000 at most; 32 where no limit holds calls back.
   */
  readonly window?: number | undefined;
  /** Whether results come in the order of their items, or as they are there. @default false */
  readonly ordered?: boolean | undefined;
  /** Ends it: `next()` rejects with its reason, and the items that are under way are told. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How often `fn` is called again for an item that it has failed for: after half a second, then
   * twice as long each time, 8 s at most. Not after errors that no repetition helps with.
   * @default 0
   */
  readonly retries?: number | undefined;
  /** Told how far it is: once a second, and at the end. */
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
}

const KNOWN: readonly (keyof MapOptions)[] = [
  'window',
  'ordered',
  'signal',
  'retries',
  'onProgress',
];

/** @throws TypeError for options that can't be used */
export function expectMapOptions(options: MapOptions): void {
  expectObject('options', options, `{ ${KNOWN.join(', ')} }`);
  expectKnown(options, KNOWN);
  const { window, ordered, signal, retries, onProgress } = options;
  if (window !== undefined) expectNumber('window', window, 'a number, 1 or more', (n) => n >= 1);
  if (retries !== undefined) expectNumber('retries', retries, 'a number, 0 or more', (n) => n >= 0);
  if (ordered !== undefined && typeof ordered !== 'boolean') {
    throw expected('ordered', 'a boolean', ordered);
  }
  if (signal !== undefined && !(typeof signal === 'object' && signal && 'aborted' in signal)) {
    throw expected('signal', 'an AbortSignal', signal);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw expected('onProgress', 'a function', onProgress);
  }
}
