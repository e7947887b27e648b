import type { CallLimiter } from '../call-limiter.ts';

/** The options of a client that say whose tier is which. */
export interface TierOptions {
  readonly limiter: Pick<CallLimiter, 'hasTier'>;
  /** One of the limiter's `tiers`; or, for want of `accountTier`, the account's. */
  readonly tier?: string | number | undefined;
  /** The account's tier at the provider. */
  readonly accountTier?: string | number | undefined;
}

/** The caller's tier: one of the limiter's. */
export function callerTierOf({ tier, limiter }: TierOptions): string | undefined {
  return typeof tier === 'string' && limiter.hasTier(tier) ? tier : undefined;
}

/** The account's tier at the provider. `tier` may mean it too, where callers have none of that name. */
export function accountTierOf(options: TierOptions): string | number | undefined {
  const { tier, accountTier } = options;
  return accountTier ?? (callerTierOf(options) === undefined ? tier : undefined);
}
