import type { HostName } from '../host-facts.ts';

export const host: HostName = {
  hosts: /(?:^|[.-])aiplatform\.(?:[\w-]+\.)*googleapis\.com$/,
  tiers: [],
};
