import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.fireworks.ai'],
  tiers: [],
};
