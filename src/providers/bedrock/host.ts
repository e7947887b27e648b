import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  /** Not `bedrock-mantle`, which counts and charges in another way. */
  hosts: /(?:^|\.)bedrock-runtime(?:-fips)?\.[\w.-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/,
  tiers: [['On-demand'], ['Cross-region']],
};
