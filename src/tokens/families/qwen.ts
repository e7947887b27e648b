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

export const QWEN: readonly FamilyRow[] = [
  { models: /^qwen-?2/, family: { ...CHATML, ownSystem: 12, imageSquare: 28 } },
  {
    models: /^qwen-?3-coder/,
    family: { ...CHATML, tools: { form: 'json', around: 240 } },
  },
  { models: /^qw[eq]/, family: { ...CHATML, imageSquare: 32 } },
  { models: /^minimax/, family: { ...CHATML, ownSystem: 33 } },
  { models: /^(?:kimi|moonshot)/, family: { ...CHATML, perMessage: 4 } },
];
