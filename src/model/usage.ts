/** Tokens that a call is expected to use or has used, whatever the provider charges. */
export interface TokenEstimate {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  /** All output tokens, of all choices. */
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

/** The usage that a response reports. `inputTokens` includes the other kinds of input. */
export interface Usage extends TokenEstimate {
  /** Input tokens that were read from a cache. */
  readonly cachedInputTokens: number;
  /** Input tokens that were written to a cache. */
  readonly cacheWriteTokens: number;
  /** Of `cacheWriteTokens`, those that are kept for an hour (Anthropic's `ephemeral_1h`). */
  readonly hourCacheWriteTokens?: number | undefined;
}

/** Whether a value can be a number of tokens: not negative, and small enough to be exact. */
export function isTokenCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
