import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/** Older ones count a call's first message as its text alone. */
const GROK_4 = {
  ...PLAIN,
  start: -5,
  perMessage: 5,
  perCall: 16,
  tools: { form: 'json', around: 145 },
  schema: { ...PLAIN.schema, around: 40 },
  imageSquare: 28,
  encrypted: { perCharacter: 0.12, free: 0, isKept: true },
} as const;

export const GROK: readonly FamilyRow[] = [
  { models: /^grok-(?:[1-3]|4-|4$|code)/, family: GROK_4 },
  {
    models: /^grok/,
    family: {
      ...GROK_4,
      start: 187,
      perCall: 40,
      tools: { form: 'json', around: 16, times: 1.33 },
      schema: { ...PLAIN.schema, around: 18 },
    },
  },
];
