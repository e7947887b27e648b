import type { Price, Rates } from '../model/price.ts';

/** The tokens of a call, as its response reports them. */
export interface PricedUsage {
  /** All input: read from a cache, written to it, or neither. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** All that was written to a cache. */
  readonly cacheWriteTokens: number;
  /** Those of them that are kept for an hour (Anthropic's `ephemeral_1h`). @default 0 */
  readonly hourCacheWriteTokens?: number | undefined;
  readonly outputTokens: number;
}

const TOKENS = 1_000_000;

/**
 * The cost of a call in US dollars. If its input exceeds the price's long context, all of the call is
 * charged at that price. Never throws and never negative: impossible amounts count as 0, and parts of
 * the input never exceed it.
 *
 * @example
 * costInUsd({ inputTokens: 1000, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 500 }, price)
 */
export function costInUsd(usage: PricedUsage, price: Price): number {
  const input = count(usage.inputTokens);
  const cached = Math.min(input, count(usage.cachedInputTokens));
  const written = Math.min(input - cached, count(usage.cacheWriteTokens));
  const hour = Math.min(written, count(usage.hourCacheWriteTokens ?? 0));
  const rates = ratesAt(price, input);
  return (
    ((input - cached - written) * rates.input +
      cached * rates.cachedInput +
      (written - hour) * rates.cacheWrite +
      hour * rates.cacheWriteHour +
      count(usage.outputTokens) * rates.output) /
    TOKENS
  );
}

/** The rates of a call with `inputTokens`. */
function ratesAt(price: Price, inputTokens: number): Rates {
  const { longContext } = price;
  if (longContext === undefined || inputTokens <= longContext.aboveInputTokens) return price;
  const { inputFactor, outputFactor } = longContext;
  return {
    input: price.input * inputFactor,
    cachedInput: price.cachedInput * inputFactor,
    cacheWrite: price.cacheWrite * inputFactor,
    cacheWriteHour: price.cacheWriteHour * inputFactor,
    output: price.output * outputFactor,
  };
}

function count(tokens: number): number {
  return Number.isFinite(tokens) && tokens > 0 ? tokens : 0;
}
