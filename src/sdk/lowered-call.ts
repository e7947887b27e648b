import type { Call } from '../model/call.ts';
import { isCount, member } from '../model/json.ts';
import type { EstimatedCall } from './estimated-call.ts';

/** The output isn't lowered below this: the call waits instead. */
const LEAST_OUTPUT_TOKENS = 256;
/** The highest limit tried for a call that sets none. */
const USUAL_OUTPUT_TOKENS = 4096;
/** A shorter wait is only pacing: the call's output isn't lowered to avoid it. */
const PACING_WAIT_MS = 1000;

/**
 * The call with its output lowered to what fits now, if it would otherwise wait for tokens. A call
 * that can never pass is lowered to what can. The call stays as it is if too little output fits,
 * if it waits for something else, or if it waits only a moment.
 */
export function loweredCall(asking: EstimatedCall): Call {
  const { call, request, estimate, caller, callId, terms } = asking;
  const lane = terms.laneOf(call, estimate);
  const waitOf = (each: Call): number => lane.view.forecast(asking.as(each)).waitMs;
  const canPass = (each: Call): boolean => lane.view.canPass(asking.as(each));
  if (waitOf(call) <= PACING_WAIT_MS && canPass(call)) return call;
  const { maxOutputTokens } = call;
  const most = (fits: (each: Call) => boolean): number | undefined =>
    mostOutput(leastOutput(request.body), maxOutputTokens, (output) =>
      fits({ ...call, maxOutputTokens: output }),
    );
  const isNow = (each: Call): boolean => waitOf(each) === 0;
  const lowered = most(isNow) ?? (canPass(call) ? undefined : most(canPass));
  if (lowered === undefined) return call;
  const told = { callId, key: caller?.key, from: maxOutputTokens, to: lowered };
  terms.limiter.tellLowered(terms.keyOf(call, estimate), told);
  return { ...call, maxOutputTokens: lowered, isLowered: true };
}

/** The lowest useful output limit of a request: its thinking budget, and an answer. */
function leastOutput(body: unknown): number {
  const thinking = member(body, 'thinking', 'budget_tokens');
  return LEAST_OUTPUT_TOKENS + (isCount(thinking) ? thinking : 0);
}

/**
 * The largest output limit, up to `allowed`, for which `fits` is true; `undefined` if that is less
 * than `least`. `fits` must be monotone: true up to some number, false above it.
 */
function mostOutput(
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
