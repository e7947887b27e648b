import type { PriceTable } from '../../model/price.ts';

/** DeepSeek: genai-prices 0.1.8 (MIT; 2026-09-23), confidence high. */
export const prices: PriceTable = {
  'deepseek-chat': { input: 0.27, cachedInput: 0.07, output: 1.1 },
  'deepseek-reasoner': { input: 0.55, cachedInput: 0.14, output: 2.19 },
  'deepseek-v3.1-terminus': { input: 0.27, cachedInput: 0.13, output: 0.95 },
  'deepseek-v3.2': { input: 0.2288, output: 0.3432 },
  'deepseek-v3.2-exp': { input: 0.27, output: 0.41 },
  'deepseek-v4-flash': { input: 0.44, cachedInput: 0.014, output: 1.32 },
  'deepseek-v4-pro': { input: 1.32, cachedInput: 0.044, output: 3.96 },
};
