import { remembered } from '../model/remembered.ts';
import type { HostName } from './host-facts.ts';
import * as hosts from './hosts.ts';
import type { Protocol } from './protocol-name.ts';

/** The providers in the directory, by the names of their folders. */
export type PresetHost = keyof typeof hosts;

/** Where each of them is, and its tiers. */
export const HOSTS: Readonly<Record<PresetHost, HostName>> = hosts;

export const PRESET_HOSTS: readonly PresetHost[] = Object.keys(HOSTS).filter(isPresetHost);

export function isPresetHost(name: string): name is PresetHost {
  return Object.hasOwn(HOSTS, name);
}

/** The API's own host, where a provider has one for all. */
export function hostnameOfPreset(name: string): string | undefined {
  if (!isPresetHost(name)) return undefined;
  const { hosts: domains } = HOSTS[name];
  return domains instanceof RegExp ? undefined : domains[0];
}

/**
 * Whose limits hold for calls to a host; `undefined` where nothing is published. Never throws.
 *
 * @example
 * hostOfPreset('my-company.openai.azure.com', 'openai') // 'azure'
 */
export function hostOfPreset(hostname: string, sdk: Protocol): PresetHost | undefined {
  return found({ hostname, sdk });
}

const found = remembered(
  ({ hostname, sdk }: { hostname: string; sdk: Protocol }) => `${sdk} ${hostname}`,
  ({ hostname, sdk }): PresetHost | undefined => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    return PRESET_HOSTS.find((each) => {
      const { sdk: only = sdk, hosts: domains } = HOSTS[each];
      return only === sdk && isAt(domains, name);
    });
  },
);

function isAt(domains: HostName['hosts'], name: string): boolean {
  if (domains instanceof RegExp) return domains.test(name);
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}
