import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/** Numbers are fitted to recorded usage (2025-09 to 2026-08). */
const GROK_2 = {
  ...PLAIN,
  start: 1,
  perMessage: 5,
  perCall: 16,
  tools: { form: 'json', around: 72 },
  schema: { ...PLAIN.schema, around: 40 },
  imageSquare: 28,
  encrypted: { perCharacter: 0.12, free: 0, isKept: true },
} as const;

/** From 4.20 on, a prompt of its own comes first, and more of it without a system prompt. */
const NEWEST = {
  ...GROK_2,
  start: 123,
  ownSystem: 64,
  perCall: 40,
  tools: { form: 'json', around: 16, times: 1.33 },
  schema: { ...PLAIN.schema, around: 18 },
} as const;

/** Calls of the Responses API to an older model are answered by a newer one (2026). */
const SUCCEEDED = { ...NEWEST };
const GROK_3 = { ...GROK_2, tools: { form: 'json', around: 204 } } as const;
const GROK_4 = { ...GROK_2, tools: { form: 'json', around: 152 } } as const;

/** The first of 4.1 on other hosts count a call's first message as its text alone. */
const GROK_4_1 = { ...GROK_2, start: -5, tools: { form: 'json', around: 145 } } as const;

/** Before each call, the models of 2025 read a prompt of their own, whose length is all that shows. */
export const GROK: readonly FamilyRow[] = [
  { models: /^grok-[12]/, family: GROK_2, responses: SUCCEEDED },
  {
    models: /^grok-3-mini/,
    family: { ...GROK_3, start: 2, tools: { form: 'json', around: 228 } },
    responses: SUCCEEDED,
  },
  { models: /^grok-3/, family: GROK_3, responses: SUCCEEDED },
  { models: /^grok-4-fast-non/, family: { ...GROK_4, start: 163 }, responses: SUCCEEDED },
  { models: /^grok-4-fast/, family: { ...GROK_4, start: 151 }, responses: SUCCEEDED },
  { models: /^grok-4-1/, family: GROK_4_1 },
  { models: /^grok-4-/, family: GROK_4, responses: SUCCEEDED },
  { models: /^grok-4$/, family: { ...GROK_4, start: 679 }, responses: SUCCEEDED },
  {
    models: /^grok-code/,
    family: { ...GROK_4, start: 199, tools: { form: 'json', around: 134 } },
    responses: SUCCEEDED,
  },
  { models: /^grok/, family: NEWEST },
];
