/** Providers under the names of the GenAI conventions (2026-11), where those differ from ours. */
const NAMES: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  vertex: 'gcp.vertex_ai',
  xai: 'x_ai',
};

export function providerName(provider: string): string {
  return NAMES[provider] ?? provider;
}
