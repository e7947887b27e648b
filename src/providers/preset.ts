import type { Limit } from '../model/limits.ts';
import type { PresetHost } from './host.ts';

/** The call for which to find published limits. */
export interface PresetQuery {
  readonly host: PresetHost;
  /** As the call names it. */
  readonly model: string;
  /** The host's name or number of a tier. If it is missing or unknown, the lowest plausible tier. */
  readonly tier?: string | number | undefined;
  /** Of the call: large calls may have a separate pool. @default 0 */
  readonly inputTokens?: number | undefined;
}

/** The published limits of a model for accounts of one tier. */
export interface Preset {
  /** Models with the same family and context share one limit. Otherwise the model's own id. */
  readonly family: string;
  readonly context: 'standard' | 'long';
  /** Empty if the host only limits `concurrency`. */
  readonly limits: readonly Limit[];
  /** Calls in flight; `Infinity` if they aren't limited. */
  readonly concurrency: number;
  /** The current name of the tier whose figures these are. */
  readonly tier: string;
  /** No tier was given, or the model isn't listed (in it), or the figures are uncertain. */
  readonly isGuess: boolean;
  /** When the figures were true: a year, a month or a day. */
  readonly asOf: string;
}
