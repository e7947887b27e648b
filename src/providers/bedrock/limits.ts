import { MINUTE_MS, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { beginsWith, longestName, modelId } from '../model-id.ts';
import { host } from './host.ts';

/**
 * Amazon Bedrock (`bedrock-runtime`): docs.aws.amazon.com/general/latest/gr/bedrock.html
 * (2026-10-08, confidence medium to high). Default quotas of an account and region; AWS gives new
 * accounts less. A model's id says which of the two it is: `us.anthropic.…` is cross-region.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-10-08',
  freeTiers: 0,
  assumedTier: 'On-demand',
  fallback: undefined,
  rows: [
    { models: ['claude-opus-5-5'], confidence: 'medium', tpm: [15_000_000, 30_000_000] },
    { models: ['claude-sonnet-5-5'], confidence: 'medium', tpm: [undefined, 6_000_000] },
  ],
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'tokens', windowMs: MINUTE_MS },
  ],
  states: [],
  /** Not published. */
  shape: { requests: UNKNOWN_SHAPE, tokens: UNKNOWN_SHAPE },
  /** The input, written to the cache or not, and `max_tokens` ("Token burndown", 2026-08-27). */
  charge: 'sum',
  /** To input, cache writes, and output times its weight; cache reads are free. */
  correction: 'settled',
  countsCachedInput: false,
  outputWeight,
  tierOf,
};

/** Geographies of inference profiles; `global` is all of them. */
const CROSS_REGION = /(?:^|\/)(?:global|us|us-gov|eu|apac|jp|au|ca|sa|me|af)\./i;

/** Whether calls with this id may run in other regions, and so draw on that quota. */
function tierOf(model: string): string {
  return CROSS_REGION.test(model) ? 'Cross-region' : 'On-demand';
}

/** What a token of output takes off the quota, in tokens of input (2026-08-27). */
const OUTPUT_WEIGHTS: Readonly<Record<string, number>> = {
  'claude-3-7-sonnet': 5,
  'claude-opus-4': 5,
  'claude-sonnet-4': 5,
  'claude-haiku-4': 5,
  'claude-opus-4-8': 15,
  'claude-opus-5': 10,
  'claude-sonnet-5': 10,
  'gpt-5.6-sol': 10,
  'gpt-5.6-terra': 10,
  'gpt-5.6-luna': 10,
};

/**
 * How many tokens of Bedrock's quota a token of output takes; 1 for most models. That 5.5 has the
 * weight of 5 is inferred.
 */
export function outputWeight(model: string): number {
  const id = modelId(model);
  const name = longestName(Object.keys(OUTPUT_WEIGHTS), (each) => beginsWith(id, each));
  return (name && OUTPUT_WEIGHTS[name]) || 1;
}
