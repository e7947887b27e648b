import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

const NOVA_1 = { ...PLAIN, perCall: 16, tools: { form: 'json', around: 338 } } as const;

export const NOVA: readonly FamilyRow[] = [
  {
    models: /^nova-2/,
    family: {
      ...NOVA_1,
      start: 44,
      perMessage: 2,
      tools: { form: 'json', around: 825 },
      imageSquare: 28,
      documents: { around: 16, perPage: 2570, pageText: 0, unknown: 2570 },
    },
  },
  { models: /^nova/, family: NOVA_1 },
];
