import { isCount, isObject, member } from '../model/json.ts';

/** Fewer tokens than this are no answer: such a call waits instead. */
export const LEAST_OUTPUT_TOKENS = 256;
/** What a call that sets no limit is tried with at most. */
const USUAL_OUTPUT_TOKENS = 4096;

/** The least that a request must have: what it has set aside for thinking is no answer yet. */
export function leastOutput(body: unknown): number {
  const thinking = member(body, 'thinking', 'budget_tokens');
  return LEAST_OUTPUT_TOKENS + (isCount(thinking) ? thinking : 0);
}

/**
 * The most output tokens, of those that a call allows, for which `fits` holds; `undefined` where
 * that would be less than `least`. `fits` holds for all numbers below one for which it does.
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

/** In which field an API takes the limit of a call's output, where the caller has used none. */
const FIELDS: readonly (readonly [RegExp, string])[] = [
  [/\/chat\/completions$/, 'max_completion_tokens'],
  [/\/responses$/, 'max_output_tokens'],
];
const KNOWN_FIELDS = ['max_completion_tokens', 'max_output_tokens', 'max_tokens'];

/**
 * A copy of a request's body that allows so many output tokens in all. What is no object stays as
 * it is.
 */
export function withOutput(path: string, body: unknown, outputTokens: number): unknown {
  if (!isObject(body)) return body;
  const usual = FIELDS.find(([pattern]) => pattern.test(path))?.[1] ?? 'max_tokens';
  const field = KNOWN_FIELDS.find((name) => isCount(member(body, name))) ?? usual;
  return { ...body, [field]: Math.max(1, Math.floor(outputTokens / choicesOf(body))) };
}

/** How many answers are made; `best_of` even where fewer come back. */
function choicesOf(body: object): number {
  return Math.max(1, ...['n', 'best_of'].map((name) => member(body, name)).filter(isCount));
}
