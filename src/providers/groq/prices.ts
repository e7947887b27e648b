import type { PriceTable } from '../../model/price.ts';

/**
 * Groq: genai-prices 0.1.8 (MIT; 2026-09-23), confidence high. Models that others host too (Llama 4) may
 * cost something else there.
 */
export const prices: PriceTable = {
  'llama-3.1-405b-reasoning': { input: 0.59, output: 0.79 },
  'llama-3.1-70b-versatile': { input: 0.59, output: 0.79 },
  'llama-3.1-8b-instant': { input: 0.05, output: 0.08 },
  'llama-3.3-70b-specdec': { input: 0.59, output: 0.99 },
  'llama-3.3-70b-versatile': { input: 0.59, output: 0.79 },
  'llama-4-maverick-17b-128e-instruct': { input: 0.2, output: 0.6 },
  'llama-4-scout-17b-16e-instruct': { input: 0.11, output: 0.34 },
};
