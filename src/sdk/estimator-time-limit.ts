import type { Clock } from '../clock.ts';
import { field } from '../model/json.ts';
import { AbortHub } from '../queue/abort-hub.ts';
import type { CustomEstimator } from '../tokens/custom-estimate.ts';

/** An estimator that asks a service answers within this time, or not at all. */
const TIME_LIMIT_MS = 10_000;

/** The same estimator, except that its answer is `undefined` after 10 s, or when the call is aborted. */
export function withTimeLimit(estimator: CustomEstimator, clock: Clock): CustomEstimator {
  const aborts = new AbortHub();
  return (request) => {
    const answer = estimator(request);
    if (!isPromise(answer)) return answer;
    const { signal } = request;
    return firstOf(answer, (giveUp) => [
      clock.setTimeout(giveUp, TIME_LIMIT_MS),
      signal && aborts.listen(signal, giveUp),
    ]);
  };
}

/** The answer, or `undefined` as soon as `giveUp` is called. Removes timer and listener. */
async function firstOf<Value>(
  answer: PromiseLike<Value>,
  wait: (giveUp: () => void) => readonly ((() => void) | undefined)[],
): Promise<Value | undefined> {
  let stops: ReturnType<typeof wait> = [];
  const given = new Promise<undefined>((resolve) => {
    stops = wait(() => resolve(undefined));
  });
  try {
    return await Promise.race([answer, given]);
  } finally {
    for (const stop of stops) stop?.();
  }
}

function isPromise<Value>(answer: Value | PromiseLike<Value>): answer is PromiseLike<Value> {
  return typeof field(answer, 'then') === 'function';
}
