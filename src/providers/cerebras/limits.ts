import { DAY_MS, HOUR_MS, MINUTE_MS, type Subject } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

const COUNTS: readonly Subject[] = [
  { dimension: 'requests', windowMs: MINUTE_MS },
  { dimension: 'requests', windowMs: HOUR_MS },
  { dimension: 'requests', windowMs: DAY_MS },
  { dimension: 'tokens', windowMs: MINUTE_MS },
  { dimension: 'tokens', windowMs: HOUR_MS },
  { dimension: 'tokens', windowMs: DAY_MS },
];

/**
 * Cerebras: inference-docs.cerebras.ai/support/rate-limits as collected on 2026-07-18 (confidence
 * medium); requests by the hour and day from one key's headers (2026-07-26). The free tier has
 * since become a trial. `tpm` counts uncached tokens; in all, three times as many may pass.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-07-18',
  freeTiers: 1,
  assumedTier: 'Developer',
  fallback: 'gemma-4-31b',
  rows: [
    {
      models: ['gpt-oss-120b'],
      confidence: 'medium',
      rpm: [5, 1_000],
      tpm: [30_000, 1_000_000],
      tph: [1_000_000],
      tpd: [1_000_000],
    },
    {
      models: ['zai-glm-4.7'],
      confidence: 'medium',
      rpm: [5, 500],
      tpm: [30_000, 500_000],
      tph: [1_000_000],
      tpd: [1_000_000],
    },
    {
      models: ['gemma-4-31b'],
      asOf: '2026-07-26',
      confidence: 'medium',
      rpm: [5, 300],
      rph: [150],
      rpd: [2_400],
      tpm: [30_000, 500_000],
      tph: [1_000_000],
      tpd: [1_000_000],
    },
  ],
  counts: COUNTS,
  /** By minute, hour and day, on successful calls only. */
  states: COUNTS,
  /**
   * A window. The documentation speaks of a bucket that refills all the time (2026-09-18), but
   * refused requests were told to wait 57 to 60 s (2026-07), where one of 5 RPM would say 12 s at
   * most; and the resets that it prints, 11.38 s and 33,011.38 s, end with the clock's minute.
   */
  shape: {
    requests: { enforcement: 'window', burstSeconds: 60 },
    tokens: { enforcement: 'window', burstSeconds: 60 },
  },
  /** Input and `max_completion_tokens`, or else an upper bound of the output (2026-09-18). */
  charge: 'sum',
  correction: 'unknown',
  /** Towards `tpm` here; there is a second limit of all tokens. */
  countsCachedInput: false,
};
