import { MINUTE_MS, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * Vertex AI: requests, input and output tokens a minute for each base model and project (2026-10,
 * confidence medium). Default quotas are shown in the console only, and Gemini shares capacity
 * without any: there is no table to have. A 429 is often one of capacity.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-10',
  freeTiers: 0,
  assumedTier: undefined,
  fallback: undefined,
  rows: [],
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'inputTokens', windowMs: MINUTE_MS },
    { dimension: 'outputTokens', windowMs: MINUTE_MS },
  ],
  states: [],
  /** Not published. */
  shape: { requests: UNKNOWN_SHAPE, tokens: UNKNOWN_SHAPE },
  charge: 'unknown',
  correction: 'unknown',
};
