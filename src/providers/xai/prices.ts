import type { LongContext, PriceTable } from '../../model/price.ts';

/** From 200,000 tokens on: "above" is one less. */
const FROM_200K: LongContext = { aboveInputTokens: 199_999, inputFactor: 2, outputFactor: 2 };

/** xAI: genai-prices 0.1.8 (MIT; 2026-09-23), confidence high. */
export const prices: PriceTable = {
  'grok-3': { input: 3, cachedInput: 0.75, output: 15 },
  'grok-3-fast': { input: 5, cachedInput: 1.25, output: 25 },
  'grok-3-mini': { input: 0.3, cachedInput: 0.075, output: 0.5 },
  'grok-3-mini-fast': { input: 0.6, cachedInput: 0.15, output: 4 },
  'grok-4-0709': { input: 3, cachedInput: 0.75, output: 15 },
  'grok-4-1-fast-non-reasoning': { input: 0.2, cachedInput: 0.05, output: 0.5 },
  'grok-4-1-fast-reasoning': { input: 0.2, cachedInput: 0.05, output: 0.5 },
  'grok-4-fast-non-reasoning': { input: 0.2, cachedInput: 0.05, output: 0.5 },
  'grok-4-fast-reasoning': { input: 0.2, cachedInput: 0.05, output: 0.5 },
  'grok-4.20': { input: 1.25, cachedInput: 0.2, output: 2.5, longContext: FROM_200K },
  'grok-4.20-multi-agent': { input: 2, cachedInput: 0.2, output: 6 },
  'grok-4.3': { input: 1.25, cachedInput: 0.2, output: 2.5, longContext: FROM_200K },
  'grok-4.5': { input: 2, cachedInput: 0.3, output: 6, longContext: FROM_200K },
  'grok-4.6': { input: 2, cachedInput: 0.5, output: 6, longContext: FROM_200K },
};
