/** Every provider that we know, one line each: a folder beside this file. */
export * as anthropic from './anthropic/index.ts';
export * as azure from './azure/index.ts';
export * as bedrock from './bedrock/index.ts';
export * as cerebras from './cerebras/index.ts';
export * as deepseek from './deepseek/index.ts';
export * as fireworks from './fireworks/index.ts';
export * as gemini from './gemini/index.ts';
export * as groq from './groq/index.ts';
export * as mistral from './mistral/index.ts';
export * as moonshot from './moonshot/index.ts';
export * as openai from './openai/index.ts';
export * as openrouter from './openrouter/index.ts';
export * as together from './together/index.ts';
export * as vertex from './vertex/index.ts';
export * as xai from './xai/index.ts';
