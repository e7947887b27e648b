import { MINUTE_MS, type Subject } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

const COUNTS: readonly Subject[] = [
  { dimension: 'requests', windowMs: MINUTE_MS },
  { dimension: 'tokens', windowMs: MINUTE_MS },
];

/**
 * Azure OpenAI: learn.microsoft.com, "Quota" (2026-05). Each deployment is assigned its tokens per
 * minute by whoever makes it, and has a name of its own: there is no table to have.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-05',
  freeTiers: 0,
  assumedTier: undefined,
  fallback: undefined,
  rows: [],
  counts: COUNTS,
  states: COUNTS,
  /** Tokens are counted in a minute that starts anew; requests in slices of 1 or 10 s. */
  shape: {
    requests: { enforcement: 'slices', burstSeconds: 1, isUnknown: true },
    tokens: { enforcement: 'window', burstSeconds: 60 },
  },
  /** Prompt, `max_tokens` and `best_of`, estimated by characters when the request arrives. */
  charge: 'sum',
  /** The count isn't the billed one, and no correction is mentioned. */
  correction: 'unknown',
};
