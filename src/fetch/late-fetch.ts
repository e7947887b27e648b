import { asAdmitted, takePass, watchPasses } from '../sdk/admitted.ts';
import { loadEstimator } from '../tokens/estimate.ts';
import { loadNativePrompts } from '../tokens/late-native-prompts.ts';
import { isSendingGlobally } from './global-fetch.ts';
import type { LimitedFetchOptions } from './limited-fetch.ts';
import type { FetchFunction } from './outgoing-request.ts';

/** A `fetch` whose calls to models wait until the limits have room. Its first request loads the code. */
export function lateFetch(options: LimitedFetchOptions): FetchFunction {
  const { limiter, fetch } = options;
  let limited: FetchFunction | undefined;
  const before = globalThis.fetch;
  watchPasses();
  return async (input, init) => {
    // It was made the global `fetch`, or is called by that: the one before sends what it sends.
    if (isSendingGlobally()) return before.call(globalThis, input, init);
    // Read before the first await, after which it may be another request's.
    if (takePass(limiter)) return asAdmitted(limiter, () => fetch(input, init));
    if (limited === undefined) {
      const [{ limitedFetch }] = await limiter.loaded(() =>
        Promise.all([import('./limited-fetch.ts'), loadEstimator(), loadNativePrompts()]),
      );
      limited ??= limitedFetch(options);
    }
    return limited(input, init);
  };
}
