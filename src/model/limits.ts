/** The unit that a limit counts: HTTP attempts (`requests`), tokens, or US dollars (`usd`). */
export type Dimension = 'requests' | 'tokens' | 'inputTokens' | 'outputTokens' | 'usd';

/** Amounts by dimension. A missing dimension costs nothing. */
export type Cost = Readonly<Partial<Record<Dimension, number>>>;

/** One limit: at most `max` of `dimension` in `windowMs`. */
export interface Limit {
  /** The unit of `max`. */
  readonly dimension: Dimension;
  /** The most in one window, before headroom. */
  readonly max: number;
  /** The length of the window, in milliseconds: 60,000 for a limit per minute. */
  readonly windowMs: number;
}

/** A limit, and where it comes from. */
export interface SourcedLimit extends Limit {
  /** Where the limit comes from. */
  readonly source: LimitSource;
}

/** Whether the provider enforces the limit. */
export function isUpstream({ dimension }: Pick<Limit, 'dimension'>): boolean {
  return dimension !== 'usd';
}

/** What a limit counts. Two limits with the same subject differ only in `max`. */
export type Subject = Pick<Limit, 'dimension' | 'windowMs'>;

/**
 * Where a limit comes from: `given` as an option, `published` by the provider, read from `headers`,
 * stated by a `refusal`, or a `guess`. A guess is published for a tier or model that may not be
 * yours, or it is what passed before calls were refused.
 */
export type LimitSource = 'given' | 'published' | 'guess' | 'headers' | 'refusal';

/**
 * How a server is believed to enforce its limits.
 *
 * - `bucket`: a token bucket that refills continuously and holds up to a window's worth (OpenAI).
 * - `window`: a fixed or sliding window (Azure's and Mistral's tokens).
 * - `slices`: the limit is cut into slices of a second (Azure's and Anthropic's requests).
 */
export type Enforcement = 'bucket' | 'window' | 'slices';

/** The longer names of the same, for callers' tiers and for providers. */
export type LongEnforcement = 'token-bucket' | 'sliding-window' | 'fixed-window';

const SHORT_NAMES: Readonly<Record<LongEnforcement, Enforcement | 'fixed'>> = {
  'token-bucket': 'bucket',
  'sliding-window': 'window',
  'fixed-window': 'fixed',
};

/** The short name of what has two; anything else as it is. */
export function shortEnforcement(name: unknown): unknown {
  return new Map<unknown, unknown>(Object.entries(SHORT_NAMES)).get(name) ?? name;
}

/** How the limits of a dimension are enforced, and the burst that this allows. */
export interface Shape {
  /** `fixed`: windows by the clock, for limits of one's own; no provider is known to have them. */
  readonly enforcement: Enforcement | 'fixed';
  /** In seconds of the rate; at most the limit's own window. */
  readonly burstSeconds: number;
  /**
   * For `slices` and `window`: by how many milliseconds the network may shift calls against each
   * other. @default 50
   */
  readonly spreadMs?: number | undefined;
  /** The server is unknown: this is the strictest shape, and looser ones may be tried. */
  readonly isUnknown?: boolean | undefined;
}

/**
 * Whether a server replaces the charge at admission by the call's actual usage: it does (`settled`),
 * its documentation mentions no such thing (`never`), or it isn't known (`unknown`).
 */
export type Correction = 'settled' | 'never' | 'unknown';

/** Safe for an unknown server: hardly any burst, and never more than the limit in any window. */
export const UNKNOWN_SHAPE: Shape = {
  enforcement: 'slices',
  burstSeconds: 0.25,
  spreadMs: 50,
  isUnknown: true,
};

/** A limit in dollars is the user's own: all of it may be used, in one burst. No network is between. */
export const USD_SHAPE: Shape = { enforcement: 'window', burstSeconds: 60, spreadMs: 0 };

export const SECOND_MS: number = 1000;
export const MINUTE_MS: number = 60 * SECOND_MS;
export const HOUR_MS: number = 60 * MINUTE_MS;
export const DAY_MS: number = 24 * HOUR_MS;

/** The limits in force for one model. `concurrency` counts calls, not a rate. */
export interface ModelTerms {
  readonly limits: readonly Limit[];
  readonly concurrency: number;
}

/** The amount of `dimension` in `cost`. */
export function amount(cost: Cost, dimension: Dimension): number {
  return cost[dimension] ?? 0;
}

export const DIMENSIONS: readonly Dimension[] = [
  'requests',
  'tokens',
  'inputTokens',
  'outputTokens',
  'usd',
];

export function plus(one: Cost, other: Cost): Cost {
  return byDimension((key) => amount(one, key) + amount(other, key));
}

export function minus(one: Cost, other: Cost): Cost {
  return byDimension((key) => Math.max(0, amount(one, key) - amount(other, key)));
}

export function times(cost: Cost, factor: number): Cost {
  return byDimension((key) => amount(cost, key) * factor);
}

/** The lesser amount in each dimension. */
export function least(one: Cost, other: Cost): Cost {
  return byDimension((key) => Math.min(amount(one, key), amount(other, key)));
}

/** A value for each dimension. Written out for speed: it runs many times for each call. */
export function byDimension<T>(of: (dimension: Dimension) => T): Readonly<Record<Dimension, T>> {
  return {
    requests: of('requests'),
    tokens: of('tokens'),
    inputTokens: of('inputTokens'),
    outputTokens: of('outputTokens'),
    usd: of('usd'),
  };
}
