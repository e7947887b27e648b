import type { PriceTable } from '../../model/price.ts';

/** Mistral: genai-prices 0.1.8 (MIT; 2026-09-23), confidence high. */
export const prices: PriceTable = {
  codestral: { input: 0.3, output: 0.9 },
  'codestral-2508': { input: 0.3, cachedInput: 0.03, output: 0.9 },
  'ministral-14b-2512': { input: 0.2, cachedInput: 0.02, output: 0.2 },
  'ministral-3b': { input: 0.04, output: 0.04 },
  'ministral-3b-2512': { input: 0.1, cachedInput: 0.01, output: 0.1 },
  'ministral-8b': { input: 0.1, output: 0.1 },
  'ministral-8b-2512': { input: 0.15, cachedInput: 0.015, output: 0.15 },
  'ministral-8b-latest': { input: 0.15, cachedInput: 0.015, output: 0.15 },
  'mistral-large': { input: 2, output: 6 },
  'mistral-large-2512': { input: 0.5, cachedInput: 0.05, output: 1.5 },
  'mistral-medium-2312': { input: 2.7, output: 8.1 },
  'mistral-medium-3-1': { input: 0.4, cachedInput: 0.04, output: 2 },
  'mistral-medium-3-5': { input: 1.5, cachedInput: 0.15, output: 7.5 },
  'mistral-medium-latest': { input: 1.5, cachedInput: 0.15, output: 7.5 },
  'mistral-small-24b-instruct-2501': { input: 0.05, output: 0.08 },
  'mistral-small-2603': { input: 0.15, cachedInput: 0.015, output: 0.6 },
  'mistral-small-3.1-24b-instruct': { input: 0.351, output: 0.555 },
  'mistral-small-3.2-24b-instruct': { input: 0.075, output: 0.2 },
  'mistral-small-latest': { input: 0.1, output: 0.3 },
};
