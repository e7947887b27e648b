import type { Correction, Shape, Subject } from '../model/limits.ts';
import type { RateName } from '../model/rates.ts';

/**
 * Figures of one unit, one for each tier of a host, in the order of its tiers. `undefined` where a
 * tier doesn't offer the model, or nothing is published.
 */
export type Column = readonly (number | undefined)[];

/** Units of limits as providers name them. */
export type Unit = RateName | 'concurrency';

/** Published limits of models that have the same figures. */
export interface Row extends Readonly<Partial<Record<Unit, Column>>> {
  /** Ids or their beginnings up to a `-`, `:` or `@`; `''` is every model. */
  readonly models: readonly string[];
  /** Where all of these models draw on one pool: its name. */
  readonly family?: string;
  /** The row is for calls with more input tokens than this, which have a pool of their own. */
  readonly aboveInputTokens?: number;
  /** When the figures were true, where it isn't the date of the host's table. */
  readonly asOf?: string;
  /** @default 'high' */
  readonly confidence?: 'medium' | 'low';
}

/**
 * The tokens that a host charges when it admits a call.
 *
 * - `characters`: the input, counted by its characters.
 * - `sum`: the input and `max_tokens`.
 * - `input`: the input; output is counted as it is produced, or not at all.
 * - `used`: the input and the output, as they turn out.
 * - `none`: it counts no tokens.
 * - `unknown`: not published. `sum` is the highest charge of any host.
 */
export type ChargeBasis = 'characters' | 'sum' | 'input' | 'used' | 'none' | 'unknown';

/** By what a host, and an account's tier there, is recognized. All that is known before a first call. */
export interface HostName {
  /** The API's domains, the main one first; hosts below them count too. Or a pattern of host names. */
  readonly hosts: readonly string[] | RegExp;
  /** The only SDK to whose calls the limits apply. @default both */
  readonly sdk?: 'openai';
  /** Ascending; each with all of its names, the current one last. */
  readonly tiers: readonly (readonly string[])[];
}

/** What is published or measured about a host's limits. Data only. */
export interface HostFacts extends HostName {
  readonly asOf: string;
  /** The number of free tiers, at the beginning of `tiers`. They say nothing about paid ones. */
  readonly freeTiers: number;
  /** The lowest plausible tier, assumed if none is given. */
  readonly assumedTier: string | undefined;
  readonly rows: readonly Row[];
  /** The tier that a model's id implies, where it does. */
  readonly tierOf?: (model: string) => string;
  /** The name under which `rows` list an id, where that is not the id itself. */
  readonly rowName?: (id: string) => string;
  /** The model whose figures are used for unlisted models: the most cautious ones. */
  readonly fallback: string | undefined;
  readonly counts: readonly Subject[];
  /** Those of `counts` that its responses state, so that a wrong guess corrects itself. */
  readonly states: readonly Subject[];
  readonly shape: { readonly requests: Shape; readonly tokens: Shape };
  readonly charge: ChargeBasis;
  readonly correction: Correction;
  /** How many tokens of the limit one output token takes in the end. @default 1 */
  readonly outputWeight?: (model: string) => number;
  /** Whether cached input counts; absent if that isn't known. */
  readonly countsCachedInput?: boolean;
}
