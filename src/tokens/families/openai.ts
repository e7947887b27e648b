import type { ChatFamily, FamilyRow } from './family.ts';

/**
 * Of a schema, the model sees names, types, titles and descriptions: no bounds, and not what is required
 * (100 schemas with their usage, 2025 and 2026: within a token in the Responses API).
 */
const NOT_SHOWN: readonly string[] = [
  'required',
  'additionalProperties',
  '$schema',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
];

/**
 * The frame is published for gpt-3.5, gpt-4 and gpt-4o, and exact for them. Calls, schemas and
 * encrypted reasoning: fitted to recorded usage (2025 and 2026).
 *
 * @see https://github.com/openai/openai-cookbook How_to_count_tokens_with_tiktoken.ipynb (c81359c)
 */
export const PUBLISHED: ChatFamily = {
  start: 0,
  ownSystem: 0,
  perMessage: 3,
  readsRole: true,
  perAnswer: 0,
  perName: 1,
  reply: 3,
  perCall: 3,
  perResult: 5,
  parallel: 12,
  tools: { form: 'typescript', around: 9, showsTitles: true },
  schema: { around: 7, times: 1, isNamed: true, without: NOT_SHOWN },
  encrypted: { perCharacter: 0.155, free: 900, isKept: false },
  reasoning: 0,
  dropsThoughts: false,
};

/**
 * A message costs one more than published, and the reply two fewer: fitted against the live API by
 * ai-tokenizer 1.0.6 (MIT, 2025-12). Functions cost 90 in Chat Completions and 9 in the Responses
 * API; schemas have no heading (recorded usage, 2025 and 2026).
 */
const REASONING: ChatFamily = {
  ...PUBLISHED,
  perMessage: 4,
  reply: 1,
  perCall: 3,
  perResult: 3,
  tools: { form: 'typescript', around: 90, showsTitles: true },
  schema: { ...PUBLISHED.schema, around: 5 },
};

const RESPONSES: Partial<ChatFamily> = {
  perCall: 3,
  perResult: 10,
  tools: { form: 'typescript', around: 9 },
  schema: { ...PUBLISHED.schema, around: 0 },
};

/** `gpt-oss` reads a system prompt of its own, and functions in the developer's (its model card). */
const HARMONY: ChatFamily = {
  ...REASONING,
  start: 61,
  perMessage: 3,
  reply: 3,
  perCall: 10,
  perResult: 10,
  tools: { form: 'typescript', around: 27 },
};

/** Models that search the web read the bare text. */
const SEARCH: ChatFamily = { ...PUBLISHED, perMessage: 0, readsRole: false, reply: 0 };

/** By model; the first match counts. */
export const OPENAI: readonly FamilyRow[] = [
  { models: /^gpt-oss/, family: HARMONY },
  { models: /^gpt-4o(?:-mini)?-search/, family: SEARCH },
  {
    models: /^gpt-5\.1/,
    family: { ...REASONING, tools: { ...REASONING.tools, around: 96 } },
    responses: RESPONSES,
  },
  { models: /^gpt-[5-9](?!\d)/, family: REASONING, responses: RESPONSES, elsewhere: RESPONSES },
  {
    models: /^o[34]/,
    family: { ...REASONING, tools: { ...REASONING.tools, around: 12 } },
    responses: RESPONSES,
  },
  {
    models: /^(?:gpt|o\d|chatgpt)/,
    family: PUBLISHED,
    responses: {
      tools: { form: 'typescript', around: 7 },
      schema: { ...PUBLISHED.schema, around: 1 },
    },
  },
];
