import { DAY_MS, MINUTE_MS } from '../../model/limits.ts';
import type { HostFacts } from '../host-facts.ts';
import { host } from './host.ts';

/**
 * OpenRouter: openrouter.ai/docs, "Limits" (2026-09-19, confidence medium to high). All models
 * with `:free` in their id draw on one pool; the day is a UTC day. Others have no fixed limit.
 */
export const limits: HostFacts = {
  ...host,
  asOf: '2026-09-19',
  freeTiers: 1,
  assumedTier: 'Free',
  fallback: undefined,
  rows: [
    {
      models: [':free'],
      family: 'free-models',
      rpm: [20, 20],
      rpd: [50, 1_000],
    },
  ],
  /** Free models are those with this variant of the id, whatever comes before it. */
  rowName: (id) => (id.endsWith(':free') ? ':free' : id),
  counts: [
    { dimension: 'requests', windowMs: MINUTE_MS },
    { dimension: 'requests', windowMs: DAY_MS },
  ],
  /** Limits are stated by 429s only. */
  states: [],
  /** Not published: a guarded minute, as the 429 names one instant at which all is reset. */
  shape: {
    requests: { enforcement: 'window', burstSeconds: 60 },
    tokens: { enforcement: 'window', burstSeconds: 60 },
  },
  charge: 'none',
  correction: 'unknown',
};
