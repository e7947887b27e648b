import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/** `<|im_start|>user\n…<|im_end|>\n`. */
const CHATML = {
  ...PLAIN,
  perMessage: 5,
  reply: 3,
  perCall: 30,
  tools: { form: 'json', around: 72 },
  dropsThoughts: true,
} as const;

const QWEN_3 = {
  ...CHATML,
  tools: { form: 'json', around: 76, each: 18 },
  imageSquare: 32,
} as const;

export const QWEN: readonly FamilyRow[] = [
  { models: /^qwen-?2/, family: { ...CHATML, ownSystem: 12, imageSquare: 28 } },
  {
    models: /^qwen-?3-coder/,
    family: { ...CHATML, tools: { form: 'json', around: 240 } },
  },
  // From 3.8 on, a prompt of its own.
  {
    models: /^qwen-?3\.[89]/,
    family: { ...CHATML, start: 40, tools: { form: 'json', around: 230 }, imageSquare: 32 },
  },
  // Tools as XML, and a thought that is begun.
  {
    models: /^qwen-?3[.-][567](?:\b|-)/,
    family: { ...CHATML, reply: 5, tools: { form: 'json', around: 230 }, imageSquare: 32 },
  },
  { models: /^qwen-?3.*thinking/, family: { ...QWEN_3, reply: 5 } },
  { models: /^qwen-?3-max/, family: { ...QWEN_3, tools: { form: 'json', around: 194, each: 18 } } },
  { models: /^qwen-?3-/, family: QWEN_3 },
  { models: /^qw[eq]/, family: { ...CHATML, imageSquare: 32 } },
  { models: /^minimax/, family: { ...CHATML, ownSystem: 33 } },
  // `You are Kimi, an AI assistant created by Moonshot AI.`
  {
    models: /^kimi-k2(?![.-][5-9])/,
    family: {
      ...CHATML,
      perMessage: 4,
      ownSystem: 18,
      tools: { form: 'json', around: 14, each: 21 },
    },
  },
  { models: /^(?:kimi|moonshot)/, family: { ...CHATML, perMessage: 4 } },
  {
    models: /^mimo/,
    family: { ...CHATML, start: 241, tools: { form: 'json', around: 212 }, imageSquare: 28 },
  },
];
