import { HOSTS, type PresetHost } from './host.ts';
import type { HostName } from './host-facts.ts';

/**
 * All names of a host's tiers, old ones too, from the lowest to the highest.
 *
 * @example
 * tiersOf('xai') // ['Tier 0', 'Tier 1', 'Tier 2', 'Tier 3', 'Tier 4']
 */
export function tiersOf(host: PresetHost): readonly string[] {
  return HOSTS[host].tiers.flat();
}

/** The names of each of a host's tiers: the last one is in use now. */
export function tierNamesOf(host: PresetHost): readonly (readonly string[])[] {
  return HOSTS[host].tiers;
}

/** Whether a host has a tier of this name or number: `'Tier-1'`, `'tier 1'`, `'T1'` and `1` are one. */
export function isTierOf(host: PresetHost, tier: string | number): boolean {
  return tierIndex(HOSTS[host], tier) !== undefined;
}

/** The position of a named tier. */
export function tierIndex(facts: HostName, tier: string | number | undefined): number | undefined {
  if (tier === undefined) return undefined;
  const wanted = plain(tier);
  const index = facts.tiers.findIndex((names) => names.some((name) => plain(name) === wanted));
  return index < 0 ? undefined : index;
}

/** The name that a host uses now. */
export function tierName(facts: HostName, index: number): string {
  return facts.tiers[index]?.at(-1) ?? '';
}

/** `'Tier-1'`, `'usage tier 1'`, `'T1'` and `1` are one; -1 is none. */
function plain(tier: string | number): string {
  return String(tier)
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/^(?:usage )?t(?:ier)? ?(?=\d)/, '');
}
