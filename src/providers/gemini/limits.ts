import { DAY_MS, MINUTE_MS } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * Gemini's OpenAI-compatible host: limits of a project, as 429 bodies have stated them (second half
 * of 2026, confidence low to medium): the documentation prints no figures any more. Days end at
 * midnight in California. Nothing is known of paid tiers, and no header would correct a guess: so
 * none is made where no tier is given.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026',
  freeTiers: 1,
  assumedTier: undefined,
  fallback: 'gemini-3.8-flash',
  rows: [
    {
      models: ['gemini-3.1-flash-lite', 'gemini-3.5-flash-lite'],
      confidence: 'low',
      rpm: [15],
      itpm: [250_000],
      rpd: [500],
    },
    {
      models: ['gemini-2.5-flash', 'gemini-3.8-flash'],
      confidence: 'low',
      rpm: [5],
      itpm: [250_000],
      rpd: [20],
    },
    {
      models: ['gemma-4-31b-it'],
      confidence: 'low',
      rpm: [30],
      itpm: [16_000],
      rpd: [14_400],
    },
  ],
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'requests', windowMs: DAY_MS },
    { dimension: 'inputTokens', windowMs: MINUTE_MS },
  ],
  states: [],
  /**
   * A window, inferred: at 5 RPM a bucket would never ask for more than 12 s, and 429s have asked
   * for 26.96 s and 38.2 s.
   */
  shape: {
    requests: { enforcement: 'window', burstSeconds: 60 },
    tokens: { enforcement: 'window', burstSeconds: 60 },
  },
  /** Output has no limit. */
  charge: 'input',
  correction: 'unknown',
};
