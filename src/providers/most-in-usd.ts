import type { Price } from '../model/price.ts';
import type { TokenEstimate } from '../model/usage.ts';
import { costInUsd } from './cost-in-usd.ts';

/** Output that is expected of a call that doesn't limit its own. */
export const EXPECTED_OUTPUT_TOKENS = 1024;

/** What a call may cost: its input, none of it cached, and all the output that it allows. */
export function mostInUsd(
  { inputTokens }: Pick<TokenEstimate, 'inputTokens'>,
  maxOutputTokens: number = EXPECTED_OUTPUT_TOKENS,
  price: Price,
): number {
  const uncached = { cachedInputTokens: 0, cacheWriteTokens: 0 };
  return costInUsd({ inputTokens, outputTokens: maxOutputTokens, ...uncached }, price);
}
