import { expectNumber, expectOneOf, optionsOf } from '../validate.ts';
import type { StorePolicy } from './store.ts';

/** What a store does without its server, and with processes that die. */
export interface StoreTerms {
  readonly onStoreLost: StorePolicy;
  readonly instances: number;
  readonly leaseMs: number;
}

/** Who is not heard for so long is gone, unless a store says otherwise. */
export const LEASE_MS = 15_000;
/** A lease is renewed three times, and a renewal takes a round trip. */
const SHORTEST_LEASE_MS = 1000;
/** Of each store that we ship. */
export const TERM_OPTIONS: readonly string[] = optionsOf(
  'redisStore(url, { _ })` or `postgresStore(url, { _ })',
  ['leaseMs', 'onStoreLost', 'instances', 'commandTimeoutMs'],
);
const POLICIES = ['local', 'open', 'closed'] as const;

/** The terms that options ask for. @throws TypeError that names the option */
export function storeTerms(
  options: {
    readonly [K in keyof StoreTerms]?: StoreTerms[K] | undefined;
  },
): StoreTerms {
  const { leaseMs = LEASE_MS, onStoreLost = 'local', instances = 1 } = options;
  const what = `a number of milliseconds, ${SHORTEST_LEASE_MS} or more`;
  expectNumber('leaseMs', leaseMs, what, (ms) => ms >= SHORTEST_LEASE_MS && Number.isFinite(ms));
  expectOneOf('onStoreLost', onStoreLost, POLICIES);
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  expectNumber('instances', instances, 'a whole number, 1 or more', isCount);
  return { onStoreLost, instances, leaseMs };
}
