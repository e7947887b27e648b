import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.deepseek.com'],
  tiers: [['Default']],
};
