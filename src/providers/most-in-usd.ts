import type { Price } from '../model/price.ts';
import type { TokenEstimate } from '../model/usage.ts';
import { costInUsd } from './cost-in-usd.ts';

/** The assumed output of a call that sets no limit. */
export const EXPECTED_OUTPUT_TOKENS = 1024;

/** The highest cost of a call: all input uncached, and all the output that it allows. */
export function mostInUsd(
  { inputTokens }: Pick<TokenEstimate, 'inputTokens'>,
  maxOutputTokens: number = EXPECTED_OUTPUT_TOKENS,
  price: Price,
): number {
  const uncached = { cachedInputTokens: 0, cacheWriteTokens: 0 };
  return costInUsd({ inputTokens, outputTokens: maxOutputTokens, ...uncached }, price);
}
