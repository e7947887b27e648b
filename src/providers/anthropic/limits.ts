import { MINUTE_MS, type Subject } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

const no = undefined;

const COUNTS: readonly Subject[] = [
  { dimension: 'requests', windowMs: MINUTE_MS },
  { dimension: 'inputTokens', windowMs: MINUTE_MS },
  { dimension: 'outputTokens', windowMs: MINUTE_MS },
];

/** Figures of Start, Build and Scale that most classes have; those before are other rows' own. */
const RPM = [no, no, no, no, no, 1_000, 5_000, 10_000];
const ITPM = [no, no, no, no, no, 2_000_000, 5_000_000, 10_000_000];
const OTPM = [no, no, no, no, no, 400_000, 1_000_000, 2_000_000];

/**
 * Anthropic: platform.claude.com/docs/en/api/rate-limits (2026-08 to 2026-10).
 *
 * In mid-2026 Start, Build and Scale replaced numbered tiers, whose figures are history
 * (2026-05-22, confidence medium). Evaluation is below Start; its figures are not published, and
 * may be those of old tier 1. One limit of an organization holds for all regions.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-10-08',
  freeTiers: 1,
  assumedTier: 'Start',
  /** The lowest limits of any class that is still sold by Anthropic itself. */
  fallback: 'claude-fable-5',
  counts: COUNTS,
  states: COUNTS,
  /** "60 RPM may be enforced as 1 request per second"; tokens are a bucket (2026-08). */
  shape: {
    requests: { enforcement: 'slices', burstSeconds: 1, isUnknown: true },
    tokens: { enforcement: 'bucket', burstSeconds: 60 },
  },
  /** Input is estimated at the start; `max_tokens` doesn't count (2026-08). */
  charge: 'input',
  /** The estimate is adjusted while the call runs, and output counted as produced (2026-08). */
  correction: 'settled',
  /** `cache_read_input_tokens` don't count, except with Haiku 3.5 (2026-08). */
  countsCachedInput: false,
  rows: [
    //     Evaluation  Tiers 1 to 4                Start  Build  Scale
    {
      models: ['claude-opus-4'],
      family: 'claude-opus-4.x',
      asOf: '2026-08-28',
      rpm: [no, 50, 1_000, 2_000, 4_000, 1_000, 5_000, 10_000],
      itpm: [no, 500_000, 2_000_000, 5_000_000, 10_000_000, 2_000_000, 5_000_000, 10_000_000],
      otpm: [no, 80_000, 200_000, 400_000, 800_000, 400_000, 1_000_000, 2_000_000],
    },
    {
      models: ['claude-sonnet-4'],
      family: 'claude-sonnet-4.x',
      asOf: '2026-08-28',
      rpm: [no, 50, 1_000, 2_000, 4_000, 1_000, 5_000, 10_000],
      itpm: [no, 30_000, 450_000, 800_000, 2_000_000, 2_000_000, 5_000_000, 10_000_000],
      otpm: [no, 8_000, 90_000, 160_000, 400_000, 400_000, 1_000_000, 2_000_000],
    },
    {
      models: ['claude-haiku-4-5'],
      asOf: '2026-08-28',
      rpm: [no, 50, 1_000, 2_000, 4_000, 1_000, 5_000, 10_000],
      itpm: [no, 50_000, 450_000, 1_000_000, 4_000_000, 2_000_000, 5_000_000, 10_000_000],
      otpm: [no, 10_000, 90_000, 200_000, 800_000, 400_000, 1_000_000, 2_000_000],
    },
    {
      models: ['claude-opus-5', 'claude-sonnet-5'],
      asOf: '2026-08-28',
      rpm: RPM,
      itpm: ITPM,
      otpm: OTPM,
    },
    {
      models: ['claude-sonnet-5-5', 'claude-haiku-5-5'],
      rpm: RPM,
      itpm: ITPM,
      otpm: OTPM,
    },
    {
      // Scale is published (2026-10-08); Start and Build are taken from Opus 5.
      models: ['claude-opus-5-5'],
      confidence: 'medium',
      rpm: RPM,
      itpm: ITPM,
      otpm: OTPM,
    },
    {
      // 5 and 5.1 are published to share a limit; that 5.2 does too is inferred.
      models: ['claude-fable-5'],
      family: 'claude-fable-5.x',
      asOf: '2026-10-17',
      rpm: [no, no, no, no, no, 1_000, 2_000, 4_000],
      itpm: [no, no, no, no, no, 500_000, 1_500_000, 4_000_000],
      otpm: [no, no, no, no, no, 100_000, 300_000, 800_000],
    },
    {
      // Retired except on other clouds. The one class whose cache reads count.
      models: ['claude-3-5-haiku', 'claude-haiku-3-5'],
      family: 'claude-haiku-3-5',
      asOf: '2026-07',
      rpm: [no, no, no, no, no, 1_000, 2_000, 4_000],
      itpm: [no, no, no, no, no, 100_000, 200_000, 400_000],
      otpm: [no, no, no, no, no, 20_000, 40_000, 80_000],
    },
  ],
};
