import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.x.ai'],
  /** From $0, $50, $250, $1,000 and $5,000. */
  tiers: [['Tier 0'], ['Tier 1'], ['Tier 2'], ['Tier 3'], ['Tier 4']],
};
