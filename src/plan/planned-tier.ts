import { didYouMean } from '../model/did-you-mean.ts';
import type { PresetHost } from '../providers/host.ts';
import { isTierOf, tiersOf } from '../providers/tier.ts';
import { expected } from '../validate.ts';

/** @throws TypeError for a tier that a known host doesn't have: the plan would be that of another */
export function expectPlannedTier(
  name: string,
  tier: string | number | undefined,
  host: PresetHost | undefined,
): void {
  if (tier === undefined || host === undefined || isTierOf(host, tier)) return;
  const tiers = tiersOf(host);
  const known = `one of ${tiers.join(', ')}`;
  const what = tiers.length === 0 ? 'unset: no tiers of this host are known' : known;
  throw new TypeError(`${expected(name, what, tier).message}${didYouMean(tier, tiers)}`);
}
