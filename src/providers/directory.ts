import { hostOfPreset } from '../presets/host.ts';
import { anthropic, anthropicCompatible } from './anthropic.ts';
import { azure } from './azure.ts';
import { claudeOnBedrock } from './bedrock.ts';
import { compatible } from './compatible.ts';
import { hosted } from './hosted.ts';
import { openai } from './openai.ts';
import type { Provider } from './provider.ts';

/** What a client says about where it sends its calls. */
export interface Destination {
  readonly sdk: 'openai' | 'anthropic';
  readonly baseURL: string;
  /** The client is an `AzureOpenAI`. */
  readonly azure: boolean;
}

/** The host itself or any host below it: `api.openai.com`, `eu.api.openai.com`. */
const OPENAI_HOSTS = /(^|\.)api\.openai\.com$/;
const AZURE_HOSTS = /\.(?:openai|cognitiveservices|services\.ai)\.azure\.(?:com|us|cn)$/;
/** Anthropic, and Claude on Bedrock (two generations), Vertex and Foundry. */
const ANTHROPIC_HOSTS =
  /(^|\.)api\.anthropic\.com$|^bedrock-[\w.-]+\.(?:amazonaws\.com|api\.aws)$|(^|[.-])aiplatform\.[\w.-]*googleapis\.com$|\.services\.ai\.azure\.com$/;

/**
 * The rules that apply to a client's calls, by the host that it talks to. A host that nobody knows
 * gets its protocol's rules, and a shape that is safe with any enforcement.
 *
 * @example
 * providerFor({ sdk: 'openai', baseURL: 'https://api.openai.com/v1', azure: false }).name // 'openai'
 */
export function providerFor(destination: Destination): Provider {
  const host = hostOf(destination.baseURL);
  if (destination.sdk === 'anthropic') {
    if (hostOfPreset(host, 'anthropic') === 'bedrock') return claudeOnBedrock;
    return ANTHROPIC_HOSTS.test(host) ? anthropic : anthropicCompatible;
  }
  if (destination.azure || AZURE_HOSTS.test(host)) return azure;
  if (OPENAI_HOSTS.test(host)) return openai;
  const known = hostOfPreset(host, 'openai');
  return known === undefined ? compatible : hosted(known);
}

function hostOf(baseURL: string): string {
  try {
    return new URL(baseURL).hostname;
  } catch {
    return '';
  }
}
