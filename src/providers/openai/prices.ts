import type { LongContext, PriceTable } from '../../model/price.ts';
import { cacheWrites } from '../cache-writes.ts';

/**
 * Twice the input's price, cached or not, and one and a half times the output's. Pricing page:
 * "above 272K"; one source has 272,000 itself among them (2026-09-23).
 */
const ABOVE_272K: LongContext = {
  aboveInputTokens: 272_000,
  inputFactor: 2,
  outputFactor: 1.5,
};

const UP_TO_5_5: PriceTable = {
  'gpt-3.5-turbo': { input: 0.5, output: 1.5 },
  'gpt-4': { input: 30, output: 60 },
  'gpt-4-turbo': { input: 10, output: 30 },
  'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 },
  'gpt-4.1-mini': { input: 0.4, cachedInput: 0.1, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, cachedInput: 0.025, output: 0.4 },
  'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 },
  'gpt-4o-audio-preview': { input: 2.5, output: 10 },
  'gpt-4o-mini': { input: 0.15, cachedInput: 0.075, output: 0.6 },
  'gpt-4o-mini-transcribe': { input: 1.25, output: 5 },
  'gpt-4o-transcribe': { input: 2.5, output: 10 },
  'gpt-5': { input: 1.25, cachedInput: 0.125, output: 10 },
  'gpt-5-mini': { input: 0.25, cachedInput: 0.025, output: 2 },
  'gpt-5-nano': { input: 0.05, cachedInput: 0.005, output: 0.4 },
  'gpt-5-pro': { input: 15, output: 120 },
  'gpt-5.1': { input: 1.25, cachedInput: 0.125, output: 10 },
  'gpt-5.1-codex-mini': { input: 0.25, cachedInput: 0.025, output: 2 },
  'gpt-5.2': { input: 1.75, cachedInput: 0.175, output: 14 },
  'gpt-5.2-pro': { input: 21, output: 168 },
  'gpt-5.3': { input: 1.75, cachedInput: 0.175, output: 14 },
  'gpt-5.3-codex': { input: 1.75, cachedInput: 0.175, output: 14 },
  'gpt-5.4-mini': { input: 0.75, cachedInput: 0.075, output: 4.5 },
  'gpt-5.4-nano': { input: 0.2, cachedInput: 0.02, output: 1.25 },
  'gpt-audio': { input: 2.5, output: 10 },
  'gpt-chat-latest': { input: 5, cachedInput: 0.5, output: 30 },
  o1: { input: 15, cachedInput: 7.5, output: 60 },
  'o1-pro': { input: 150, output: 600 },
  o3: { input: 2, cachedInput: 0.5, output: 8 },
  'o3-mini': { input: 1.1, cachedInput: 0.55, output: 4.4 },
  'o3-pro': { input: 20, output: 80 },
  'o4-mini': { input: 1.1, cachedInput: 0.275, output: 4.4 },
  'text-embedding-3-large': { input: 0.13, output: 0 },
  'text-embedding-3-small': { input: 0.02, output: 0 },
  'text-embedding-ada-002': { input: 0.1, output: 0 },
  'gpt-5.4': { input: 2.5, cachedInput: 0.25, output: 15, longContext: ABOVE_272K },
  'gpt-5.4-pro': { input: 30, output: 180, longContext: ABOVE_272K },
  'gpt-5.5': { input: 5, cachedInput: 0.5, output: 30, longContext: ABOVE_272K },
  'gpt-5.5-pro': { input: 30, output: 180, longContext: ABOVE_272K },
};

/**
 * From gpt-5.6 on. Prices of gpt-6.1-sol are from its model page (2026-10), those of gpt-6.2 from
 * reports (2026-11-18, confidence medium): the cached price of gpt-6.2-astra is derived, and that of
 * gpt-6.2-sol unknown, so taken to be the input's.
 */
const FROM_5_6: PriceTable = {
  'gpt-5.6-luna': { input: 0.2, cachedInput: 0.02, output: 1.2 },
  'gpt-5.6-sol': { input: 4, cachedInput: 0.4, output: 20 },
  'gpt-5.6-terra': { input: 2, cachedInput: 0.2, output: 12 },
  'gpt-6-astra': { input: 10, cachedInput: 1, output: 50 },
  'gpt-6-luna': { input: 0.1, cachedInput: 0.01, output: 0.5 },
  'gpt-6-sol': { input: 2, cachedInput: 0.2, output: 10 },
  'gpt-6.1-sol': { input: 2, cachedInput: 0.1, output: 10 },
  'gpt-6.2-astra': { input: 8, cachedInput: 0.4, output: 40 },
  'gpt-6.2-sol': { input: 2, output: 10 },
};

/** Moderation is free of charge (model page of omni-moderation-latest, before 2026-10). */
const FREE: PriceTable = { 'omni-moderation': { input: 0, output: 0 } };

/** From gpt-5.6 on, writing to the cache costs a quarter more than input, and all have ABOVE_272K. */
const NEWER: PriceTable = Object.fromEntries(
  Object.entries(FROM_5_6).map(([model, price]) => [model, { ...price, longContext: ABOVE_272K }]),
);

/** OpenAI's standard tier: genai-prices 0.1.8 (MIT; 2026-09-23), confidence high. */
export const prices: PriceTable = { ...FREE, ...UP_TO_5_5, ...cacheWrites(NEWER, 1.25) };
