import { remembered } from '../model/remembered.ts';
import type { HostFacts } from './host-facts.ts';
import { DEFINITIONS, isPresetHost, PRESET_HOSTS, type PresetHost } from './known-providers.ts';
import type { Protocol } from './protocol.ts';

/** The API's own host, where a provider has one for all. */
export function hostnameOfPreset(name: string): string | undefined {
  if (!isPresetHost(name)) return undefined;
  const { hosts } = DEFINITIONS[name].limits;
  return hosts instanceof RegExp ? undefined : hosts[0];
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
      const { limits } = DEFINITIONS[each];
      return (limits.sdk ?? sdk) === sdk && isAt(limits.hosts, name);
    });
  },
);

function isAt(hosts: HostFacts['hosts'], name: string): boolean {
  if (hosts instanceof RegExp) return hosts.test(name);
  return hosts.some((domain) => name === domain || name.endsWith(`.${domain}`));
}
