import { MINUTE_MS, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * Cohere: docs.cohere.com, "Different types of API keys and rate limits" (2026, confidence medium).
 * Requests a minute for each model; embeddings are limited by their inputs, which are not counted
 * here, and trial keys by 1,000 calls a month. No header would correct a guess: so none is made where
 * no tier is given.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026',
  freeTiers: 1,
  assumedTier: undefined,
  fallback: undefined,
  rows: [
    {
      models: ['command-a', 'command-r', 'command-r-plus', 'command-r7b'],
      confidence: 'medium',
      rpm: [20, 500],
    },
    {
      models: ['command-a-reasoning', 'command-a-translate', 'command-a-vision'],
      confidence: 'medium',
      rpm: [20, undefined],
    },
    { models: ['rerank'], confidence: 'medium', rpm: [10, 1_000] },
  ],
  counts: [{ dimension: 'requests', windowMs: MINUTE_MS }],
  states: [],
  /** Not published. */
  shape: { requests: UNKNOWN_SHAPE, tokens: UNKNOWN_SHAPE },
  charge: 'none',
  correction: 'unknown',
};
