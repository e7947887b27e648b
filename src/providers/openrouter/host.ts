import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: ['openrouter.ai'],
  /** Free: less than $10 of credits ever bought. */
  tiers: [['Free'], ['Paid']],
};
