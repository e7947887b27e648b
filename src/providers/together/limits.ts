import { SECOND_MS, type Subject } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

const COUNTS: readonly Subject[] = [
  { dimension: 'requests', windowMs: SECOND_MS },
  { dimension: 'tokens', windowMs: SECOND_MS },
];

/**
 * Together: docs.together.ai, "Rate limits" (2026, confidence medium to high). Limits are dynamic
 * and of a second; no figures are published, but every response states them.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026',
  freeTiers: 0,
  assumedTier: undefined,
  fallback: undefined,
  rows: [],
  counts: COUNTS,
  states: COUNTS,
  shape: {
    requests: { enforcement: 'slices', burstSeconds: 1 },
    tokens: { enforcement: 'slices', burstSeconds: 1 },
  },
  charge: 'unknown',
  correction: 'unknown',
};
