import type { Encoding } from './tokenizer/rank-list.ts';

/** Tokens that the model reads around the text of a chat request. */
export interface ChatFamily {
  readonly perMessage: number;
  readonly perName: number;
  /** The start of the reply. */
  readonly reply: number;
  /** Around the definitions of functions. */
  readonly definitions: number;
}

/**
 * Published for gpt-3.5, gpt-4 and gpt-4o, and exact for them.
 *
 * @see https://github.com/openai/openai-cookbook How_to_count_tokens_with_tiktoken.ipynb (c81359c)
 */
const PUBLISHED: ChatFamily = { perMessage: 3, perName: 1, reply: 3, definitions: 9 };

/**
 * By model prefix; the first match counts. Fitted against the live API by ai-tokenizer 1.0.6
 * (MIT, 2025-12): a message costs one more than published, the reply two fewer, and the functions
 * more than gpt-4o's by the difference given here. Not confirmed for models after gpt-5.1.
 */
const FAMILIES: readonly (readonly [prefix: string, family: ChatFamily])[] = [
  ['gpt-5.1', { perMessage: 4, perName: 1, reply: 1, definitions: 9 + 87 }],
  ['gpt-5', { perMessage: 4, perName: 1, reply: 1, definitions: 9 + 8 }],
  ['gpt-6', { perMessage: 4, perName: 1, reply: 1, definitions: 9 + 8 }],
  ['o3', { perMessage: 4, perName: 1, reply: 1, definitions: 9 + 8 }],
  ['o4', { perMessage: 4, perName: 1, reply: 1, definitions: 9 + 8 }],
];

export function chatFamily(model: string): ChatFamily {
  return FAMILIES.find(([prefix]) => model.startsWith(prefix))?.[1] ?? PUBLISHED;
}

/** Models of the older encoding, also under the names that Azure gives them. */
const CL100K = /^(?:gpt-4(?:-|$)|gpt-3\.5|gpt-35|text-embedding-|davinci-002|babbage-002)/;

/** The encoding of a model. An unknown model gets the newest encoding. */
export function encodingOf(model: string): Encoding {
  return CL100K.test(model) ? 'cl100k_base' : 'o200k_base';
}
