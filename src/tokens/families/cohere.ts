import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/**
 * The templates of Command are long: what a model must not do, how it cites, and more of both with
 * tools. Fitted to recorded usage (`usage.tokens`, 2025 and 2026); `billed_units` leave them out.
 */
const COMMAND = {
  ...PLAIN,
  start: 518,
  ownSystem: -30,
  perCall: 40,
  perResult: 30,
  tools: { form: 'json', around: 940, each: 35 },
  perDocuments: 1140,
} as const;

export const COHERE: readonly FamilyRow[] = [
  {
    models: /^command-a-reasoning/,
    family: {
      ...COMMAND,
      start: 1379,
      ownSystem: 0,
      tools: { form: 'json', around: 95, each: 35 },
      perDocuments: 260,
    },
  },
  { models: /^command-a-plus/, family: { ...COMMAND, start: 150, tools: PLAIN.tools } },
  { models: /^command-(?:a|r7b)/, family: COMMAND },
];
