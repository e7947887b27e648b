import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.mistral.ai'],
  tiers: [['Free', 'Experiment'], ['Tier 1'], ['Tier 2'], ['Tier 3'], ['Tier 4']],
};
