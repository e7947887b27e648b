import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/** The frames of messages aren't counted. */
export const GEMINI: readonly FamilyRow[] = [
  {
    models: /^(?:gemini|gemma)/,
    family: { ...PLAIN, perCall: 20, tools: { form: 'json', around: 0 } },
  },
  { models: /^sonar/, family: PLAIN },
];
