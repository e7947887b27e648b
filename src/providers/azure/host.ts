import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: /\.(?:openai|cognitiveservices|services\.ai)\.azure\.(?:com|us|cn)$/,
  /** Claude on Foundry has other limits. */
  sdk: 'openai',
  tiers: [],
};
