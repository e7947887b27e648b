import { DAY_MS, MINUTE_MS, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * Moonshot (Kimi): platform.kimi.ai/docs/pricing/limits (2026-08-28). One limit for all models of
 * an account, by what was ever paid in: tier 0 from $1, 1 from $10, up to 5 from $3,000. No header
 * would correct a guess, so the lowest tier isn't one: an account that has it learns by a 429.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-08-28',
  freeTiers: 0,
  assumedTier: 'Tier 1',
  fallback: undefined,
  rows: [
    {
      models: [''],
      family: 'all-models',
      concurrency: [1, 50, 100, 200, 400, 1_000],
      rpm: [3, 200, 500, 5_000, 5_000, 10_000],
      tpm: [500_000, 2_000_000, 3_000_000, 3_000_000, 4_000_000, 5_000_000],
      tpd: [1_500_000],
    },
  ],
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: DAY_MS },
  ],
  states: [],
  /** Not published. */
  shape: { requests: UNKNOWN_SHAPE, tokens: UNKNOWN_SHAPE },
  charge: 'unknown',
  correction: 'unknown',
};
