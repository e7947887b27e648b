import { MINUTE_MS } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/** Not offered in this tier, or not published. */
const no = undefined;

/**
 * OpenAI, a row for each set of figures.
 *
 * Numbered tiers: the model pages of developers.openai.com (as of 2026-08-16, confidence high).
 * On 2026-10-06 Build, Launch and Grow replaced them. That these have the figures of tiers 2, 4
 * and 5 is published for gpt-6.1-sol (2026-10-08), reported for gpt-6-astra, gpt-6-sol, gpt-4o and
 * gpt-4o-mini (2026-10-09), and inferred for all other models (medium).
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-08-16',
  freeTiers: 1,
  assumedTier: 'Tier 1',
  /** 30,000 TPM in tier 1: the least that a current text model has, the `-pro` models aside. */
  fallback: 'gpt-4o',
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  states: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  /**
   * A bucket that holds a minute's worth: eight published 429 texts state exactly the wait of one,
   * (used + requested − limit) / limit · 60 s (2024 to 2026).
   */
  shape: {
    requests: { enforcement: 'bucket', burstSeconds: 60 },
    tokens: { enforcement: 'bucket', burstSeconds: 60 },
  },
  /** A quarter of the characters; recorded, against the guide's words: see `charge.ts`. */
  charge: 'characters',
  /** The guide says nothing of a correction; only `remaining` tells. */
  correction: 'never',
  /** Not documented as left out; users report that it counts (confidence medium). */
  countsCachedInput: true,
  rows: [
    //         Free  Tier 1   2, Build   Tier 3   4, Launch   5, Grow
    {
      models: ['gpt-4o', 'gpt-4.1', 'o1', 'o3', 'o3-pro'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 10_000],
      tpm: [no, 30_000, 450_000, 800_000, 2_000_000, 30_000_000],
    },
    {
      models: ['gpt-5-pro', 'gpt-5.2-pro', 'gpt-audio-1.5'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 10_000],
      tpm: [no, 30_000, 450_000, 800_000, 2_000_000, 30_000_000],
    },
    {
      models: ['gpt-4.1', 'gpt-5.2-pro'],
      aboveInputTokens: 128_000,
      rpm: [no, 100, 250, 500, 1_000, 4_000],
      tpm: [no, 200_000, 500_000, 1_000_000, 5_000_000, 10_000_000],
    },
    {
      models: [
        'chat-latest',
        'gpt-5-chat-latest',
        'gpt-5.1-chat-latest',
        'gpt-5.2-chat-latest',
        'gpt-5.3-chat-latest',
      ],
      rpm: [no, 500, 5_000, 5_000, 10_000, 15_000],
      tpm: [no, 30_000, 450_000, 800_000, 2_000_000, 40_000_000],
    },
    {
      models: ['gpt-4o-mini', 'gpt-4.1-mini', 'gpt-4.1-nano'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 30_000],
      rpd: [no, 10_000],
      tpm: [no, 200_000, 2_000_000, 4_000_000, 10_000_000, 150_000_000],
    },
    {
      models: ['gpt-4.1-mini', 'gpt-4.1-nano'],
      aboveInputTokens: 128_000,
      rpm: [no, 200, 500, 1_000, 2_000, 8_000],
      tpm: [no, 400_000, 1_000_000, 2_000_000, 10_000_000, 20_000_000],
    },
    {
      models: [
        'gpt-5',
        'gpt-5.1',
        'gpt-5.1-codex',
        'gpt-5.1-codex-max',
        'gpt-5.2',
        'gpt-5.2-codex',
        'gpt-5.3-codex',
        'gpt-5.4',
        'gpt-5.5',
        'gpt-5.6-sol',
        'gpt-5.6-terra',
        'gpt-5.6-cyber',
      ],
      rpm: [no, 500, 5_000, 5_000, 10_000, 15_000],
      tpm: [no, 500_000, 1_000_000, 2_000_000, 4_000_000, 40_000_000],
    },
    {
      models: ['gpt-5.4', 'gpt-5.5'],
      aboveInputTokens: 272_000,
      rpm: [no, 200, 500, 1_000, 2_000, 8_000],
      tpm: [no, 400_000, 1_000_000, 2_000_000, 10_000_000, 20_000_000],
    },
    {
      models: ['gpt-6-astra', 'gpt-6-sol', 'gpt-6.1-sol'],
      asOf: '2026-10-08',
      rpm: [no, no, 5_000, no, 10_000, 15_000],
      tpm: [no, no, 1_000_000, no, 4_000_000, 40_000_000],
    },
    {
      // Build is quoted from the model page; the others are inferred from gpt-6-astra.
      models: ['gpt-6.2-astra'],
      asOf: '2026-11-18',
      confidence: 'low',
      rpm: [no, no, 5_000, no, 10_000, 15_000],
      tpm: [no, no, 1_000_000, no, 4_000_000, 40_000_000],
    },
    {
      // Grow is from a published table; the others are inferred from gpt-5.6-luna.
      models: ['gpt-6-luna'],
      asOf: '2026-10',
      confidence: 'low',
      rpm: [no, no, 5_000, no, 10_000, 30_000],
      tpm: [no, no, 2_000_000, no, 10_000_000, 180_000_000],
    },
    {
      models: ['gpt-5-codex'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 15_000],
      tpm: [no, 500_000, 1_000_000, 2_000_000, 4_000_000, 10_000_000],
    },
    {
      models: ['gpt-5-mini', 'gpt-5.1-codex-mini', 'gpt-5.4-mini', 'gpt-5.6-luna'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 30_000],
      tpm: [no, 500_000, 2_000_000, 4_000_000, 10_000_000, 180_000_000],
    },
    {
      models: ['gpt-5-nano', 'gpt-5.4-nano'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 30_000],
      tpm: [no, 200_000, 2_000_000, 4_000_000, 10_000_000, 180_000_000],
    },
    {
      models: ['gpt-5.4-pro'],
      rpm: [no, 50, 500, 500, 1_000, 1_500],
      tpm: [no, 50_000, 100_000, 200_000, 400_000, 4_000_000],
    },
    {
      models: ['gpt-5.4-pro'],
      aboveInputTokens: 272_000,
      rpm: [no, 20, 50, 100, 200, 800],
      tpm: [no, 40_000, 100_000, 200_000, 1_000_000, 2_000_000],
    },
    {
      models: ['gpt-5.5-pro'],
      rpm: [no, 50, 500, 500, 1_000, 2_000],
      tpm: [no, 50_000, 200_000, 500_000, 1_000_000, 4_000_000],
    },
    {
      models: ['o3-mini'],
      rpm: [no, 1_000, 2_000, 5_000, 10_000, 30_000],
      tpm: [no, 100_000, 200_000, 4_000_000, 10_000_000, 150_000_000],
    },
    {
      models: ['o4-mini'],
      rpm: [no, 1_000, 2_000, 5_000, 10_000, 30_000],
      tpm: [no, 100_000, 2_000_000, 4_000_000, 10_000_000, 150_000_000],
    },
    {
      models: ['gpt-3.5-turbo'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 10_000],
      rpd: [no, 10_000],
      tpm: [no, 200_000, 2_000_000, 4_000_000, 10_000_000, 50_000_000],
    },
    {
      models: ['gpt-4-turbo'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 10_000],
      tpm: [no, 30_000, 450_000, 600_000, 800_000, 2_000_000],
    },
    {
      models: ['gpt-4'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 10_000],
      rpd: [no, 10_000],
      tpm: [no, 10_000, 40_000, 80_000, 300_000, 1_000_000],
    },
    {
      models: ['text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002'],
      rpm: [100, 3_000, 5_000, 5_000, 10_000, 10_000],
      rpd: [2_000],
      tpm: [40_000, 1_000_000, 1_000_000, 5_000_000, 5_000_000, 10_000_000],
    },
    {
      models: ['omni-moderation'],
      rpm: [250, 500, 500, 1_000, 2_000, 5_000],
      rpd: [5_000, 10_000],
      tpm: [10_000, 10_000, 20_000, 50_000, 250_000, 500_000],
    },
    {
      models: ['tts-1', 'whisper-1'],
      rpm: [3, 500, 2_500, 5_000, 7_500, 10_000],
      rpd: [200],
    },
    {
      models: ['gpt-4o-mini-transcribe', 'gpt-4o-mini-tts'],
      rpm: [no, 500, 2_000, 5_000, 10_000, 10_000],
      tpm: [no, 50_000, 150_000, 600_000, 2_000_000, 8_000_000],
    },
    {
      models: ['gpt-4o-transcribe'],
      rpm: [no, 500, 2_000, 5_000, 10_000, 10_000],
      tpm: [no, 10_000, 100_000, 400_000, 2_000_000, 6_000_000],
    },
    {
      models: ['gpt-transcribe'],
      rpm: [no, 500, 5_000, 5_000, 10_000, 30_000],
      tpm: [no, 200_000, 2_000_000, 4_000_000, 10_000_000, 150_000_000],
    },
    {
      models: ['gpt-realtime-2.1'],
      rpm: [no, 200, 400, 5_000, 10_000, 20_000],
      rpd: [no, 1_000],
      tpm: [no, 40_000, 200_000, 800_000, 4_000_000, 15_000_000],
    },
    {
      models: ['gpt-image-2'],
      ipm: [no, 5, 20, 50, 150, 250],
      tpm: [no, 100_000, 250_000, 800_000, 3_000_000, 8_000_000],
    },
  ],
};
