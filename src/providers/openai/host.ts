import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.openai.com'],
  sdk: 'openai',
  tiers: [
    ['Free'],
    ['Tier 1'],
    ['Tier 2', 'Build'],
    ['Tier 3'],
    ['Tier 4', 'Launch'],
    ['Tier 5', 'Grow'],
  ],
};
