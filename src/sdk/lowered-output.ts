import { countMember, isCount, isObject, member } from '../model/json.ts';

/** The field that limits the output, by endpoint, for a request that has no such field yet. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/\/chat\/completions$/, 'max_completion_tokens'],
  [/\/responses$/, 'max_output_tokens'],
  [/\/language-model$/, 'maxOutputTokens'],
];
const KNOWN_FIELDS = [
  'max_completion_tokens',
  'max_output_tokens',
  'max_tokens',
  'maxOutputTokens',
];

/**
 * A copy of a request's body that allows `outputTokens` in all. A body that isn't an object is
 * returned unchanged.
 */
export function withOutput(path: string, body: unknown, outputTokens: number): unknown {
  if (!isObject(body)) return body;
  const nested = NESTED.find(({ pattern }) => pattern.test(path));
  if (nested !== undefined) return withNested(body, nested, outputTokens);
  const usual = FIELDS.find(([pattern]) => pattern.test(path))?.[1] ?? 'max_tokens';
  const field = KNOWN_FIELDS.find((name) => isCount(member(body, name))) ?? usual;
  return { ...body, [field]: Math.max(1, Math.floor(outputTokens / choicesOf(body))) };
}

interface NestedField {
  readonly pattern: RegExp;
  readonly within: string;
  readonly name: string;
  readonly times?: string;
}

/** Endpoints that keep the field in an object of the body. */
const NESTED: readonly NestedField[] = [
  {
    pattern: /:(?:stream)?generateContent$/i,
    within: 'generationConfig',
    name: 'maxOutputTokens',
    times: 'candidateCount',
  },
  { pattern: /\/converse(?:-stream)?$/, within: 'inferenceConfig', name: 'maxTokens' },
  { pattern: /\/interactions$/, within: 'generation_config', name: 'max_output_tokens' },
  { pattern: /\/conversations\b/, within: 'completion_args', name: 'max_tokens' },
];

function withNested(body: object, { within, name, times }: NestedField, tokens: number): object {
  const config = member(body, within);
  const each = times === undefined ? 1 : Math.max(1, countMember(config, times) ?? 1);
  const lowered = Math.max(1, Math.floor(tokens / each));
  return { ...body, [within]: { ...(isObject(config) ? config : {}), [name]: lowered } };
}

/** How many answers are generated; with `best_of`, more than are returned. */
function choicesOf(body: object): number {
  return Math.max(1, ...['n', 'best_of'].map((name) => member(body, name)).filter(isCount));
}
