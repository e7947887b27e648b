import type { Limit } from '../model/limits.ts';
import type { PresetHost } from './known-providers.ts';

/** What is asked for. */
export interface PresetQuery {
  readonly host: PresetHost;
  /** As the call names it. */
  readonly model: string;
  /** A name or number of the host's; with none, or one that it doesn't have, the lowest plausible. */
  readonly tier?: string | number | undefined;
  /** Of the call: large ones may have a pool of their own. @default 0 */
  readonly inputTokens?: number | undefined;
}

/** The published limits of a model for accounts of one tier. */
export interface Preset {
  /** Models with the same family and context draw on one limit. Else it is the model's own id. */
  readonly family: string;
  readonly context: 'standard' | 'long';
  /** Empty where the host only limits `concurrency`. */
  readonly limits: readonly Limit[];
  /** Calls in flight; `Infinity` where they aren't limited. */
  readonly concurrency: number;
  /** The tier whose figures these are, by its current name. */
  readonly tier: string;
  /** No tier was given, or it doesn't list the model, or nothing does, or the figures are unsure. */
  readonly isGuess: boolean;
  /** When the figures were true: a year, a month or a day. */
  readonly asOf: string;
}
