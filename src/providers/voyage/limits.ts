import { MINUTE_MS, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * Voyage AI: docs.voyageai.com, "Rate limits" (2026, confidence medium); `voyage-4` by MongoDB's
 * documentation. The second tier has twice the first one's figures, the third three times.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026',
  freeTiers: 0,
  assumedTier: 'Tier 1',
  fallback: 'voyage-3-large',
  rows: [
    {
      models: ['voyage-3', 'voyage-3.5', 'voyage-4'],
      confidence: 'medium',
      rpm: [2_000, 4_000, 6_000],
      tpm: [8_000_000, 16_000_000, 24_000_000],
    },
    {
      models: ['voyage-3-lite', 'voyage-3.5-lite'],
      confidence: 'medium',
      rpm: [2_000, 4_000, 6_000],
      tpm: [16_000_000, 32_000_000, 48_000_000],
    },
    {
      models: ['voyage-3-large', 'voyage-code-3'],
      confidence: 'medium',
      rpm: [2_000, 4_000, 6_000],
      tpm: [3_000_000, 6_000_000, 9_000_000],
    },
  ],
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  states: [],
  /** Not published. */
  shape: { requests: UNKNOWN_SHAPE, tokens: UNKNOWN_SHAPE },
  /** Embeddings and rankings have no output. */
  charge: 'input',
  correction: 'unknown',
};
