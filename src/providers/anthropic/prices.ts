import type { LongContext, PriceTable } from '../../model/price.ts';
import { cacheWrites } from '../cache-writes.ts';

const ABOVE_100K: LongContext = { aboveInputTokens: 100_000, inputFactor: 5, outputFactor: 5 };
const ABOVE_200K: LongContext = { aboveInputTokens: 200_000, inputFactor: 2, outputFactor: 1.5 };

const CLAUDE: PriceTable = {
  'claude-3-5-haiku': { input: 0.8, cachedInput: 0.08, output: 4 },
  'claude-fable-5': { input: 10, cachedInput: 1, output: 50 },
  'claude-fable-5-1': { input: 10, cachedInput: 0.25, output: 50 },
  'claude-haiku-4-5': { input: 1, cachedInput: 0.1, output: 5 },
  'claude-haiku-5-5': { input: 0.1, cachedInput: 0.01, output: 0.5, longContext: ABOVE_100K },
  'claude-opus-4': { input: 15, cachedInput: 1.5, output: 75 },
  'claude-opus-4-1': { input: 15, cachedInput: 1.5, output: 75 },
  'claude-opus-4-5': { input: 5, cachedInput: 0.5, output: 25 },
  'claude-opus-4-6': { input: 5, cachedInput: 0.5, output: 25 },
  'claude-opus-4-7': { input: 5, cachedInput: 0.5, output: 25 },
  'claude-opus-4-8': { input: 5, cachedInput: 0.5, output: 25 },
  'claude-opus-5': { input: 5, cachedInput: 0.5, output: 25 },
  'claude-opus-5-5': { input: 4, cachedInput: 0.2, output: 20 },
  'claude-sonnet-4': { input: 3, cachedInput: 0.3, output: 15 },
  'claude-sonnet-4-5': { input: 3, cachedInput: 0.3, output: 15, longContext: ABOVE_200K },
  'claude-sonnet-4-6': { input: 3, cachedInput: 0.3, output: 15 },
  'claude-sonnet-5': { input: 2, cachedInput: 0.2, output: 10 },
  'claude-sonnet-5-5': { input: 2, cachedInput: 0.1, output: 10 },
};

/**
 * Anthropic: genai-prices 0.1.8 (MIT; 2026-09-23); Haiku 5.5 and Sonnet 5.5 as of 2026-10-10, all
 * with confidence high. Fable 5.2 (2026-11-20) has no published price yet, and is taken for Fable 5.
 * Writing to the cache costs 1.25 times the input's price for 5 minutes, and twice for an hour.
 */
export const prices: PriceTable = {
  ...cacheWrites(CLAUDE, 1.25, 2),
  'claude-3-haiku': {
    input: 0.25,
    cachedInput: 0.03,
    cacheWrite: 0.3,
    cacheWriteHour: 0.5,
    output: 1.25,
  },
};
