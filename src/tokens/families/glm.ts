import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/** `[gMASK]<sop><|user|>\n…`. */
const GLM_4 = {
  ...PLAIN,
  start: 2,
  perMessage: 2,
  reply: 1,
  perCall: 28,
  tools: { form: 'json', around: 97, each: 15 },
  dropsThoughts: true,
  imageSquare: 28,
} as const;

export const GLM: readonly FamilyRow[] = [
  // From 5 on, the template states how hard to think.
  { models: /(?:^|-)glm-[5-9]/, family: { ...GLM_4, start: 9 } },
  { models: /(?:^|-)glm-4\.(?:5v|6)/, family: { ...GLM_4, reply: 3 } },
  { models: /(?:^|-)glm/, family: GLM_4 },
];
