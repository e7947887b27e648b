import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.moonshot.ai', 'api.moonshot.cn'],
  tiers: [['Free', 'Tier 0'], ['Tier 1'], ['Tier 2'], ['Tier 3'], ['Tier 4'], ['Tier 5']],
};
