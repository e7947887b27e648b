import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['api.voyageai.com'],
  /** A payment method, $100 paid, $1,000 paid. */
  tiers: [['Tier 1'], ['Tier 2'], ['Tier 3']],
};
