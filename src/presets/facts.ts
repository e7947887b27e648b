import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { bedrock } from './bedrock.ts';
import { cerebras } from './cerebras.ts';
import { deepseek } from './deepseek.ts';
import { fireworks } from './fireworks.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import type { HostFacts } from './host-facts.ts';
import { mistral } from './mistral.ts';
import { moonshot } from './moonshot.ts';
import { openai } from './openai.ts';
import { openrouter } from './openrouter.ts';
import type { PresetHost } from './preset.ts';
import { together } from './together.ts';
import { vertex } from './vertex.ts';
import { xai } from './xai.ts';

export const FACTS: Readonly<Record<PresetHost, HostFacts>> = {
  openai,
  anthropic,
  azure,
  openrouter,
  groq,
  mistral,
  xai,
  deepseek,
  gemini,
  cerebras,
  together,
  fireworks,
  bedrock,
  vertex,
  moonshot,
};
