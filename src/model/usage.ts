/** Tokens that a call will take or took, before any provider's charging rule. */
export interface TokenEstimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** An estimate, and what experience makes of the output. */
export interface CallEstimate extends TokenEstimate {
  /** What calls of this kind produce; `outputTokens` where there is no experience yet. */
  readonly expectedOutputTokens?: number | undefined;
  /** How far the input may exceed its estimate, as far as experience tells. @default 0 */
  readonly marginTokens?: number | undefined;
  /**
   * The input without what only the server knows, guessed or learned: no call is rejected for more
   * than that. @default inputTokens
   */
  readonly firmInputTokens?: number | undefined;
}

/** What a response says that a call used. `inputTokens` includes the cached and the cache-written. */
export interface Usage extends TokenEstimate {
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  /** Those of them that are kept for an hour, where there are any (Anthropic's `ephemeral_1h`). */
  readonly hourCacheWriteTokens?: number | undefined;
}

/** Whether a value can be a number of tokens: not negative, and small enough to be exact. */
export function isTokenCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
