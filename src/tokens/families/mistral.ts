import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

const TEKKEN = {
  ...PLAIN,
  start: 1,
  perMessage: 2,
  perCall: 4,
  tools: { form: 'json', around: 12, times: 1.3 },
  schema: { ...PLAIN.schema, around: 0, times: 0 }, // the server keeps the reply to it
  imageSquare: 28,
  // Voxtral hears 30 seconds at once, at 12.5 tokens a second (recorded usage, 2026).
  heard: { seconds: 30, tokens: 375 },
} as const;

export const MISTRAL: readonly FamilyRow[] = [
  // The Small models of 2026 begin with a prompt of their own.
  { models: /^(?:mistral|magistral)-small(?!-(?:2[45]|3))/, family: { ...TEKKEN, start: 13 } },
  // Instructions in brackets that are text.
  { models: /^mixtral/, family: { ...TEKKEN, perMessage: 9 } },
  { models: /^(?:mi|mini|magi|code|dev)stral|^voxtral|^pixtral|^open-mi/, family: TEKKEN },
];

/** Models that embed texts between a begin and an end, which cost a token each. */
export const FRAMED_EMBEDDINGS: RegExp = /mistral-(?:embed|7b)/;
