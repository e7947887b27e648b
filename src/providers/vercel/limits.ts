import { MINUTE_MS, UNKNOWN_SHAPE } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/** Vercel's AI Gateway: no limits are published (2026). Those of a provider behind it show in 429s. */
export const limits: HostFacts = {
  ...host,
  asOf: '2026',
  freeTiers: 0,
  assumedTier: undefined,
  fallback: undefined,
  rows: [],
  counts: [{ dimension: 'requests', windowMs: MINUTE_MS }],
  states: [],
  shape: { requests: UNKNOWN_SHAPE, tokens: UNKNOWN_SHAPE },
  charge: 'unknown',
  correction: 'unknown',
};
