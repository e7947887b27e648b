import { countMember, isCount, isObject, member } from '../model/json.ts';

/** The output isn't lowered below this: the call waits instead. */
export const LEAST_OUTPUT_TOKENS = 256;
/** The highest limit tried for a call that sets none. */
const USUAL_OUTPUT_TOKENS = 4096;

/** The lowest useful output limit of a request: its thinking budget, and an answer. */
export function leastOutput(body: unknown): number {
  const thinking = member(body, 'thinking', 'budget_tokens');
  return LEAST_OUTPUT_TOKENS + (isCount(thinking) ? thinking : 0);
}

/**
 * The largest output limit, up to `allowed`, for which `fits` is true; `undefined` if that is less
 * than `least`. `fits` must be monotone: true up to some number, false above it.
 */
export function mostOutput(
  least: number,
  allowed: number = Math.max(USUAL_OUTPUT_TOKENS, 2 * least),
  fits: (outputTokens: number) => boolean,
): number | undefined {
  if (allowed <= least || !fits(least)) return undefined;
  let low = least;
  let high = allowed;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The field that limits the output, by endpoint, for a request that has no such field yet. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/\/chat\/completions$/, 'max_completion_tokens'],
  [/\/responses$/, 'max_output_tokens'],
  [/\/ai\/language-model$/, 'maxOutputTokens'],
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
