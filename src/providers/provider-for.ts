import { claude } from './anthropic-protocol.ts';
import { anthropicCompatible, compatible } from './compatible.ts';
import { hostOfPreset, type PresetHost } from './host.ts';
import { hosted } from './hosted.ts';
import { DEFINITIONS } from './known-providers.ts';
import { DESCRIPTIONS } from './protocol.ts';
import type { Protocol } from './protocol-name.ts';
import type { Provider } from './provider.ts';

/** Where a client sends its calls, and in whose protocol. */
export interface Destination {
  readonly sdk: Protocol;
  readonly baseURL: string;
  /** The client is an `AzureOpenAI`. */
  readonly azure: boolean;
}

/** Hosts that serve Claude, but of whose limits nothing is published: Bedrock's newer API, Foundry. */
const OTHER_CLAUDE_HOSTS =
  /^bedrock-[\w.-]+\.(?:amazonaws\.com|api\.aws)$|\.services\.ai\.azure\.com$/;

/**
 * The rules for a client's calls, by the host that it talks to. An unknown host gets the rules of
 * its protocol, and a shape that is safe with any enforcement.
 *
 * @example
 * providerFor({ sdk: 'openai', baseURL: 'https://api.openai.com/v1', azure: false }).name // 'openai'
 */
export function providerFor({ sdk, baseURL, azure }: Destination): Provider {
  const hostname = hostnameOf(baseURL);
  const host = azure ? 'azure' : hostOfPreset(hostname, sdk);
  if (sdk === 'openai') return host === undefined ? compatible : hosted(host);
  if (sdk !== 'anthropic') return native(sdk, host);
  const known = host && DEFINITIONS[host].wire?.anthropic;
  return known ?? (OTHER_CLAUDE_HOSTS.test(hostname) ? claude : anthropicCompatible);
}

/** A protocol of its own: the host's rules, as for OpenAI's, except for what a call is. */
function native(sdk: keyof typeof DESCRIPTIONS, host: PresetHost | undefined): Provider {
  const rules = host === undefined ? compatible : hosted(host);
  return { ...rules, describe: DESCRIPTIONS[sdk] };
}

function hostnameOf(baseURL: string): string {
  return URL.canParse(baseURL) ? new URL(baseURL).hostname : '';
}
