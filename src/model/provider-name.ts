/** Whose rules there are: the kinds of APIs, and the folders of `src/providers`. */
export const PROVIDER_NAMES: readonly string[] = [
  'openai',
  'azure',
  'anthropic',
  'compatible',
  'bedrock',
  'cerebras',
  'cohere',
  'deepseek',
  'fireworks',
  'gemini',
  'groq',
  'mistral',
  'moonshot',
  'openrouter',
  'together',
  'vercel',
  'vertex',
  'voyage',
  'xai',
];

/** The known provider that a name was meant to be that is only written otherwise, as `OpenAI`. */
export function meantProvider(name: string): string | undefined {
  const meant = name.toLowerCase().replace(/[^a-z]/g, '');
  return PROVIDER_NAMES.includes(name) ? undefined : PROVIDER_NAMES.find((each) => each === meant);
}
