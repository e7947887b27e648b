import { MINUTE_MS, SECOND_MS } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * Mistral: help.mistral.ai/en/articles/698531 (2026). Tiers are by what was billed; their figures
 * are shown in the console only. Those here were measured on one account (2026-07-26).
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-07-26',
  freeTiers: 1,
  assumedTier: 'Tier 1',
  fallback: 'mistral-medium',
  rows: [
    {
      models: ['mistral-medium', 'mistral-medium-2508'],
      confidence: 'low',
      rpm: [undefined, 23],
      tpm: [undefined, 356_250],
    },
    { models: ['ministral-3b', 'ministral-3b-2512'], confidence: 'low', rpm: [undefined, 750] },
  ],
  counts: [
    { dimension: 'requests', windowMs: SECOND_MS },
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  /** On calls that aren't streams. */
  states: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  /**
   * Measured: all is reset when a minute of the clock begins (2026-07-26). The documentation has requests
   * per second, so it is tried whether these are counted, too.
   */
  shape: {
    requests: { enforcement: 'slices', burstSeconds: 1, isUnknown: true },
    tokens: { enforcement: 'window', burstSeconds: 60 },
  },
  /**
   * `x-ratelimit-tokens-query-cost` states each call's charge: the input and the output that it had,
   * whatever its `max_tokens` (19 of 21 recorded answers, 2025-09 to 2026-08). What is taken when the call begins
   * isn't published.
   */
  charge: 'used',
  correction: 'settled',
};
