import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.anthropic.com'],
  tiers: [
    ['Free', 'Evaluation'],
    ['Tier 1'],
    ['Tier 2'],
    ['Tier 3'],
    ['Tier 4'],
    ['Start'],
    ['Build'],
    ['Scale'],
  ],
};
