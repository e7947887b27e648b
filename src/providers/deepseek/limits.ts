import { UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * DeepSeek: api-docs.deepseek.com/quick_start/rate_limit (2026-08-28). The only limit is how many
 * calls of an account are in flight; above it the answer is 429.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-08-28',
  freeTiers: 0,
  assumedTier: 'Default',
  fallback: 'deepseek-v4-pro',
  rows: [
    { models: ['deepseek-v4-pro'], concurrency: [500] },
    { models: ['deepseek-v4-flash'], concurrency: [2_500] },
  ],
  counts: [],
  states: [],
  shape: { requests: UNKNOWN_SHAPE, tokens: UNKNOWN_SHAPE },
  charge: 'none',
  correction: 'unknown',
};
