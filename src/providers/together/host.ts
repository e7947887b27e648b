import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.together.xyz', 'api.together.ai'],
  tiers: [],
};
