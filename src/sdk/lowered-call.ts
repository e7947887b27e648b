import type { Call } from '../model/call.ts';
import type { EstimatedCall } from './estimated-call.ts';
import { leastOutput, mostOutput } from './lowered-output.ts';

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
