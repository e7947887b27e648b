import type { PresetHost } from './preset.ts';

type Sdk = 'openai' | 'anthropic';

/** The host itself, or any host below it: `api.openai.com`, `eu.api.openai.com`. */
const DOMAINS: readonly (readonly [domain: string, host: PresetHost])[] = [
  ['api.anthropic.com', 'anthropic'],
  ['openrouter.ai', 'openrouter'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral'],
  ['api.x.ai', 'xai'],
  ['api.deepseek.com', 'deepseek'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.together.xyz', 'together'],
  ['api.together.ai', 'together'],
  ['api.fireworks.ai', 'fireworks'],
  ['api.moonshot.ai', 'moonshot'],
  ['api.moonshot.cn', 'moonshot'],
];

/** OpenAI's models: what else is served there has limits of its own (Claude on Foundry). */
const OPENAI_DOMAINS: typeof DOMAINS = [['api.openai.com', 'openai']];
const AZURE = /\.(?:openai|cognitiveservices|services\.ai)\.azure\.(?:com|us|cn)$/;

/** Not `bedrock-mantle`, which counts and charges in another way. */
const BEDROCK = /(?:^|\.)bedrock-runtime(?:-fips)?\.[\w.-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;
const VERTEX = /(?:^|[.-])aiplatform\.(?:[\w-]+\.)*googleapis\.com$/;

/** The API's own host, where a provider has one for all. */
export function hostnameOfPreset(name: string): string | undefined {
  return [...OPENAI_DOMAINS, ...DOMAINS].find(([, host]) => host === name)?.[0];
}

/**
 * Whose limits hold for calls to a host; `undefined` where nothing is published. Total.
 *
 * @example
 * hostOfPreset('my-company.openai.azure.com', 'openai') // 'azure'
 */
export function hostOfPreset(hostname: string, sdk: Sdk): PresetHost | undefined {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (BEDROCK.test(name)) return 'bedrock';
  if (VERTEX.test(name)) return 'vertex';
  if (sdk === 'openai' && AZURE.test(name)) return 'azure';
  const domains = sdk === 'openai' ? [...OPENAI_DOMAINS, ...DOMAINS] : DOMAINS;
  return domains.find(([domain]) => name === domain || name.endsWith(`.${domain}`))?.[1];
}
