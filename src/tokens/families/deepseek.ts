import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

const DEEPSEEK_CHAT = {
  ...PLAIN,
  start: 1,
  perMessage: 1,
  perAnswer: 2,
  reply: 2,
  perCall: 42,
  tools: { form: 'json', around: 210, times: 1.34, areHidden: true },
  dropsThoughts: true,
} as const;

export const DEEPSEEK: readonly FamilyRow[] = [
  // Made of Llama and Qwen, with DeepSeek's template.
  { models: /^deepseek-r1/, family: { ...DEEPSEEK_CHAT, reply: 1 } },
  // On other hosts than DeepSeek's.
  {
    models: /^deepseek-(?:chat-)?v3/,
    family: { ...DEEPSEEK_CHAT, tools: { ...DEEPSEEK_CHAT.tools, around: 96 } },
  },
  { models: /^deepseek/, family: DEEPSEEK_CHAT, responses: { start: 80 } },
];
