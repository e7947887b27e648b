import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['ai-gateway.vercel.sh'],
  tiers: [],
};
