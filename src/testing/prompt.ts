import { isObject, type JsonObject } from '../model/json.ts';

/** The fields of a request body that hold what the model reads, in all formats. */
const PROMPT_FIELDS = ['system', 'instructions', 'messages', 'input', 'prompt', 'tools'];

/** Strings under these keys are structure or attachments, not text. */
const NOT_TEXT = new Set([
  'role',
  'type',
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'media_type',
  'data',
  'url',
  'image_url',
  'file_data',
  'file_id',
]);

/** What a request gives the model to read. */
export interface GivenPrompt {
  readonly text: string;
  /** Tokens that are given as numbers, as embeddings allow. */
  readonly tokens: number;
}

/**
 * All text of a request: every string in its prompt fields, at any depth, keys and attachments left
 * out. The order is that of the body.
 */
export function givenPromptOf(body: JsonObject): GivenPrompt {
  const leaves = PROMPT_FIELDS.flatMap((field) => leavesOf(body[field]));
  const texts = leaves.filter((leaf) => typeof leaf === 'string');
  return { text: texts.join(''), tokens: leaves.length - texts.length };
}

/** The strings, and the numbers of lists: a number under a key is a setting. */
function leavesOf(value: unknown): (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    NOT_TEXT.has(key) || typeof inner === 'number' ? [] : leavesOf(inner),
  );
}

/**
 * The simulator's own rule for counting tokens: a quarter of the characters, rounded up. Simple on
 * purpose, and independent of any estimator that is tested against it.
 */
export function quarterOfCharacters(text: string): number {
  return Math.ceil(text.length / 4);
}
