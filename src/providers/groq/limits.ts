import { DAY_MS, MINUTE_MS } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * Groq: console.groq.com/docs/rate-limits (2026-06) and measured headers (2026-07-26), confidence
 * medium to high. What other plans than the free one have isn't published; headers tell.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-06',
  freeTiers: 1,
  assumedTier: 'Free',
  fallback: 'llama-3.1-8b-instant',
  rows: [
    {
      models: ['llama-3.1-8b-instant'],
      rpm: [30],
      rpd: [14_400],
      tpm: [6_000],
      tpd: [500_000],
    },
    {
      models: ['llama-3.3-70b-versatile'],
      rpm: [30],
      rpd: [1_000],
      tpm: [12_000],
      tpd: [100_000],
    },
    { models: ['gpt-oss-120b'], rpm: [30], rpd: [1_000], tpm: [8_000], tpd: [200_000] },
    { models: ['gpt-oss-20b'], rpm: [30], rpd: [1_000], tpm: [8_000] },
    { models: ['qwen3-32b'], rpm: [60], rpd: [1_000], tpm: [6_000], tpd: [500_000] },
    {
      models: ['llama-4-scout-17b-16e-instruct'],
      rpm: [30],
      rpd: [1_000],
      tpm: [30_000],
      tpd: [500_000],
    },
  ],
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'requests', windowMs: DAY_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: DAY_MS },
  ],
  /** `limit-requests` is always the day's, `limit-tokens` always the minute's (docs, 2026-09-18). */
  states: [
    { dimension: 'requests', windowMs: DAY_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  /**
   * A bucket: 429s state its waits exactly. Limit 6,000, used 5,034, requested 1,443: 4.77 s
   * (elizaOS/eliza#4040, 2025); of 30 requests a minute all used: 2 s; of 1,000 a day: 86.4 s.
   */
  shape: {
    requests: { enforcement: 'bucket', burstSeconds: 60 },
    tokens: { enforcement: 'bucket', burstSeconds: 60 },
  },
  /** 413 for a short prompt whose `max_tokens` is above TPM (2026-08 and 2026-09, medium). */
  charge: 'sum',
  correction: 'unknown',
  /** Documented (2026-09-18). */
  countsCachedInput: false,
};
