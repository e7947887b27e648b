import type { FamilyRow } from './family.ts';
import { PLAIN } from './plain.ts';

/** What those are called whose hosts tell them in fewer words how to call functions. */
const BRIEF = /llama-?3.*(?:-instant|-versatile|-turbo|:free)|llama-3-[1-9]-/;

/** `<|start_header_id|>user<|end_header_id|>\n\n…<|eot_id|>`. */
const LLAMA_3 = { ...PLAIN, start: 1, perMessage: 5, reply: 4 };

/** The template of 3.1 and later states dates, as a system prompt. */
const DATED = {
  ...LLAMA_3,
  start: 22,
  ownSystem: 4,
  tools: { form: 'json', around: 400 },
  schema: { ...PLAIN.schema, around: 90 },
} as const;

export const LLAMA: readonly FamilyRow[] = [
  {
    models: /llama-?4/,
    family: {
      ...LLAMA_3,
      perCall: 30,
      tools: { form: 'json', around: 650, times: 1.07, areHidden: true },
      imageSquare: 28,
    },
  },
  { models: /llama-?3(?:$|-\d+b)/, family: LLAMA_3 },
  { models: BRIEF, family: { ...DATED, tools: { form: 'json', around: 132, each: 14 } } },
  { models: /llama/, family: DATED },
];
