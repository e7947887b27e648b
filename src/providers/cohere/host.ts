import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.cohere.com', 'api.cohere.ai'],
  tiers: [['Trial', 'Evaluation'], ['Production']],
};
