import { expectContext } from '../callers/run-as.ts';
import { expectKnown, expectObject, expectSignal, expectText } from '../validate.ts';

/** What else is to be known of a call that asks for its turn. */
export interface AcquireOptions {
  /** The lane: calls with the same model share limits. @default 'default' */
  readonly model?: string | undefined;
  /** Who asks: fair between keys, and each has the limits of its tier. */
  readonly key?: string | undefined;
  /** One of `tiers`. */
  readonly tier?: string | undefined;
  /** The longest that the call may wait. @default Infinity */
  readonly maxWaitMs?: number | undefined;
  /** Higher goes first. @default 0 */
  readonly priority?: number | undefined;
  /** Gives the place in the line back, and rejects with its reason. */
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
