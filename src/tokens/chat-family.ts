import { remembered } from '../model/remembered.ts';
import { CLAUDE_CHAT } from './families/claude-chat.ts';
import { DEEPSEEK } from './families/deepseek.ts';
import type { ChatFamily, FamilyRow } from './families/family.ts';
import { GEMINI } from './families/gemini.ts';
import { GLM } from './families/glm.ts';
import { GROK } from './families/grok.ts';
import { LLAMA } from './families/llama.ts';
import { MISTRAL } from './families/mistral.ts';
import { NOVA } from './families/nova.ts';
import { OPENAI, PUBLISHED } from './families/openai.ts';
import { QWEN } from './families/qwen.ts';
import type { Encoding } from './tokenizer/rank-list.ts';

/** By the model's name; the first match counts. */
const FAMILIES: readonly FamilyRow[] = [
  ...OPENAI,
  ...CLAUDE_CHAT,
  ...DEEPSEEK,
  ...LLAMA,
  ...MISTRAL,
  ...QWEN,
  ...GROK,
  ...GEMINI,
  ...GLM,
  ...NOVA,
];

/**
 * @param api - that of the Responses may differ
 * @param provider - as requests name it
 */
export function chatFamily(
  model: string,
  api: 'chat' | 'responses' = 'chat',
  provider = 'openai',
): ChatFamily {
  const row = rowOf(model);
  if (row === undefined) return PUBLISHED;
  const family = typeof row.family === 'function' ? row.family(model) : row.family;
  if (api === 'responses') return { ...family, ...row.responses };
  return provider === 'compatible' ? { ...family, ...row.elsewhere } : family;
}

/** Calls are to few models. */
const rowOf: (model: string) => FamilyRow | undefined = remembered(String, (model) =>
  FAMILIES.find(({ models }) => models.test(model)),
);

/** Models of the older encoding, also under the names that Azure gives them. */
const CL100K = /^(?:gpt-4(?:-|$)|gpt-3\.5|gpt-35|text-embedding-|davinci-002|babbage-002)/;

/** The encoding of a model. An unknown model gets the newest encoding. */
export function encodingOf(model: string): Encoding {
  return CL100K.test(model) ? 'cl100k_base' : 'o200k_base';
}
