import { expectContext } from '../callers/run-as.ts';
import { expectKnown, expectObject, expectSignal, expectText } from '../validate.ts';

/** Options of `acquire` and `run`. */
export interface AcquireOptions {
  /** The lane: calls with the same model share limits. @default 'default' */
  readonly model?: string | undefined;
  /** The caller. Keys that compete for a limit share it fairly, and each has the limits of its tier. */
  readonly key?: string | undefined;
  /** The caller's tier: one of the limiter's `tiers`. */
  readonly tier?: string | undefined;
  /** The longest wait of the call, in milliseconds. @default Infinity */
  readonly maxWaitMs?: number | undefined;
  /** Among calls of one key, a higher priority goes first. @default 0 */
  readonly priority?: number | undefined;
  /** Takes the waiting call out of the queue, and rejects it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Those of a call that doesn't wait. */
export type UnqueuedOptions = Pick<AcquireOptions, 'model' | 'key' | 'tier'>;

/** @throws TypeError for options of a call that can't be used, or that are none of `known` */
export function expectAcquireOptions(options: AcquireOptions, known: readonly string[]): void {
  expectObject('options', options, `{ ${known.join(', ')} }`);
  expectKnown(options, known);
  const { model, signal, ...context } = options;
  expectContext(context);
  if (model !== undefined) expectText('model', model);
  if (signal !== undefined) expectSignal(signal);
}
