import { type Shape, USD_SHAPE } from '../../../src/model/limits.ts';
import type { LimitPolicy } from '../../../src/rules/limits/limit-policy.ts';

/** A policy with the same shape for all that a provider counts, and the default headroom. */
export function policyOf(shape: Shape): LimitPolicy {
  const ofTokens = { tokens: shape, inputTokens: shape, outputTokens: shape };
  return {
    shapes: { requests: shape, ...ofTokens, usd: USD_SHAPE },
    isShapeGiven: false,
    headroom: 0.2,
    correction: 'settled',
    slots: 0,
  };
}
