/** What a provider counts. `requests` is one per HTTP attempt; the others are tokens or US dollars. */
export type Dimension = 'requests' | 'tokens' | 'inputTokens' | 'outputTokens' | 'usd';

/** Amounts by dimension; a dimension that is absent costs nothing. */
export type Cost = Readonly<Partial<Record<Dimension, number>>>;

/** One upstream limit: at most `max` of `dimension` in `windowMs`. */
export interface Limit {
  readonly dimension: Dimension;
  readonly max: number;
  readonly windowMs: number;
}

/**
 * How a server is believed to enforce its limits.
 *
 * - `bucket`: a token bucket that refills continuously and holds up to a window's worth (OpenAI).
 * - `window`: a fixed or sliding window (Azure's tokens, Mistral).
 * - `slices`: the limit is cut into slices of a second (Azure's and Anthropic's requests).
 */
export type Enforcement = 'bucket' | 'window' | 'slices';
