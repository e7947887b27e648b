import { field } from '../model/json.ts';
import type { Cost } from '../model/limits.ts';
import { isTokenCount } from '../model/usage.ts';
import { type Estimated, withNumbers } from './calibration/call-estimate.ts';
import type { EstimateRequest } from './estimator.ts';

/**
 * Your own estimate of a call, sync or async. Dimensions that you leave out are estimated as usual; if
 * you return `undefined`, all are. `tokens` alone means input and output together.
 */
export type CustomEstimator = (
  request: EstimateRequest,
) => Cost | undefined | PromiseLike<Cost | undefined>;

/**
 * Our estimate, with the numbers of the user's own estimator in place of ours. An estimator that
 * throws, rejects or returns nonsense changes nothing. Never rejects.
 */
export async function withCustomEstimate(
  ours: Estimated,
  estimator: CustomEstimator,
  request: EstimateRequest,
): Promise<Estimated> {
  const cost = await answerOf(estimator, request);
  const tokens = tokensIn(cost, 'tokens');
  const input = tokensIn(cost, 'inputTokens');
  const output = tokensIn(cost, 'outputTokens');
  if (input === undefined && output === undefined) {
    return tokens === undefined ? ours : withOutput(withInput(ours, tokens), 0);
  }
  const rest = tokens === undefined ? undefined : Math.max(0, tokens - (input ?? output ?? 0));
  const known = withInput(ours, input ?? rest);
  return withOutput(known, output ?? rest);
}

/** The estimate with a given input, without a margin. */
export function withInput(estimated: Estimated, inputTokens: number | undefined): Estimated {
  return inputTokens === undefined
    ? estimated
    : withNumbers(estimated, { inputTokens, firmInputTokens: inputTokens, marginTokens: 0 });
}

function withOutput(estimated: Estimated, outputTokens: number | undefined): Estimated {
  if (outputTokens === undefined) return estimated;
  const now = (): number => outputTokens;
  const expected = { expectedOutputTokens: outputTokens, expectedNow: now, meanNow: now };
  return withNumbers(estimated, { outputTokens, ...expected });
}

async function answerOf(estimator: CustomEstimator, request: EstimateRequest): Promise<unknown> {
  try {
    return await estimator(request);
  } catch {
    return undefined;
  }
}

/** A whole number of tokens; `undefined` if the value isn't one. */
function tokensIn(cost: unknown, key: keyof Cost): number | undefined {
  const found = field(cost, key);
  return isTokenCount(found) ? Math.ceil(found) : undefined;
}
