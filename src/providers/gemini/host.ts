import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['generativelanguage.googleapis.com'],
  tiers: [['Free'], ['Tier 1'], ['Tier 2'], ['Tier 3']],
};
