import type { ChatFamily } from './family.ts';
import { PLAIN } from './plain.ts';

export interface CommandFamily extends ChatFamily {
  /** When the call has documents to cite. */
  readonly perDocuments: number;
}

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

/** As Cohere's own API counts. */
const FAMILIES: readonly (readonly [models: RegExp, family: CommandFamily])[] = [
  [
    /^command-a-reasoning/,
    {
      ...COMMAND,
      start: 1379,
      ownSystem: 0,
      tools: { form: 'json', around: 95, each: 35 },
      perDocuments: 260,
    },
  ],
  [/^command-a-plus/, { ...COMMAND, start: 150, tools: PLAIN.tools }],
  [/^command-(?:a|r7b)/, COMMAND],
];

export function commandFamily(model: string): CommandFamily | undefined {
  return FAMILIES.find(([models]) => models.test(model))?.[1];
}
