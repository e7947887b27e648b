import { SECOND_MS, type Subject } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

const COUNTS: readonly Subject[] = [
  { dimension: 'inputTokens', windowMs: SECOND_MS },
  { dimension: 'outputTokens', windowMs: SECOND_MS },
];

/**
 * Fireworks, serverless: docs.fireworks.ai (2026-10). Limits adapt to the load and are tokens a
 * second: of the prompt, of its uncached part, and generated. No figures; responses state them.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-10',
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
  /** Generated tokens have a limit of their own. */
  charge: 'input',
  correction: 'unknown',
};
