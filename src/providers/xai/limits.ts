import { MINUTE_MS, SECOND_MS, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/** xAI: docs.x.ai, "Rate limits" (2026-09). Tiers by what was spent since 2026-01-01. */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-09',
  freeTiers: 0,
  assumedTier: 'Tier 0',
  fallback: 'grok-4.20-multi-agent',
  rows: [
    {
      models: ['grok-4.5', 'grok-4.6'],
      rps: [150, 172, 208, 312, 500],
      tpm: [50_000_000, 53_000_000, 60_000_000, 74_000_000, 100_000_000],
    },
    {
      models: ['grok-4.3', 'grok-4.20', 'grok-4.20-0309-reasoning'],
      rps: [37, 50, 75, 125, 208],
      tpm: [10_000_000, 15_000_000, 25_000_000, 45_000_000, 85_000_000],
    },
    {
      models: ['grok-4.20-multi-agent'],
      rps: [9, 12, 18, 31, 56],
      tpm: [2_500_000, 3_700_000, 6_200_000, 11_000_000, 21_000_000],
    },
  ],
  counts: [
    { dimension: 'requests', windowMs: SECOND_MS },
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  /**
   * `limit-requests` is the minute's: 1,800 beside the 10,000,000 tokens of the tier with 37 a second
   * (36 recorded answers, 2026-08-10). The second's is published as a 48th of it (2026-10-17).
   */
  states: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  /** The limit of requests is one of a second; nothing is published about tokens. */
  shape: { requests: { enforcement: 'slices', burstSeconds: 1 }, tokens: UNKNOWN_SHAPE },
  /** Prompt (cached too), completion and reasoning count; nothing is said of the beginning. */
  charge: 'unknown',
  correction: 'unknown',
  countsCachedInput: true,
};
