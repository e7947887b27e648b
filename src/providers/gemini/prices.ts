import type { LongContext, PriceTable } from '../../model/price.ts';

const ABOVE_200K: LongContext = { aboveInputTokens: 200_000, inputFactor: 2, outputFactor: 1.5 };

/**
 * Gemini's paid tier: genai-prices 0.1.8 (MIT; 2026-09-23), confidence high. Those of gemini-3.6-flash to
 * gemini-3.8-flash hold from 2027-01-01 (confidence medium until then).
 */
export const prices: PriceTable = {
  'gemini-2.5-flash': { input: 0.3, cachedInput: 0.03, output: 2.5 },
  'gemini-2.5-flash-image': { input: 0.3, output: 2.5 },
  'gemini-2.5-flash-lite': { input: 0.1, cachedInput: 0.01, output: 0.4 },
  'gemini-2.5-flash-lite-preview-tts': { input: 0.5, output: 10 },
  'gemini-2.5-flash-preview': { input: 0.15, output: 0.6 },
  'gemini-2.5-flash-tts': { input: 0.5, output: 10 },
  'gemini-2.5-pro': { input: 1.25, cachedInput: 0.125, output: 10, longContext: ABOVE_200K },
  'gemini-2.5-pro-tts': { input: 1, output: 20 },
  'gemini-3-flash-preview': { input: 0.5, cachedInput: 0.05, output: 3 },
  'gemini-3-pro-image-preview': { input: 2, output: 12 },
  'gemini-3-pro-preview': { input: 2, cachedInput: 0.2, output: 12, longContext: ABOVE_200K },
  'gemini-3.1-flash-image-preview': { input: 0.5, output: 3 },
  'gemini-3.1-flash-lite': { input: 0.25, cachedInput: 0.025, output: 1.5 },
  'gemini-3.1-flash-lite-image': { input: 0.25, output: 1.5 },
  'gemini-3.1-flash-live-preview': { input: 0.75, output: 4.5 },
  'gemini-3.1-pro-preview': { input: 2, cachedInput: 0.2, output: 12, longContext: ABOVE_200K },
  'gemini-3.5-flash': { input: 1.5, cachedInput: 0.15, output: 9 },
  'gemini-3.5-flash-lite': { input: 0.3, cachedInput: 0.03, output: 2.5 },
  'gemini-3.6-flash': { input: 1.5, cachedInput: 0.15, output: 7.5 },
  'gemini-3.7-flash': { input: 1.5, cachedInput: 0.15, output: 7.5 },
  'gemini-3.8-flash': { input: 1.5, cachedInput: 0.15, output: 7.5 },
};
