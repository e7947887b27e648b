import type { CallLimiter } from '../call-limiter.ts';
import { globalFetch } from './global-fetch.ts';
import { lateFetch } from './late-fetch.ts';
import type { FetchFunction } from './outgoing-request.ts';

/** The global `fetch`, limited, with every option at its default. */
function plainFetch(limiter: CallLimiter): FetchFunction {
  return lateFetch({
    limiter,
    caller: {},
    fetch: globalFetch,
    retries: true,
    rejections: 'error',
  });
}

/** Gives an object a `fetch`, which is made when it is first asked for: through a Proxy, too. */
export function definePlainFetch(object: object, limiter: CallLimiter): void {
  let made: FetchFunction | undefined;
  const get = (): FetchFunction => {
    made ??= plainFetch(limiter);
    return made;
  };
  Object.defineProperty(object, 'fetch', { get, configurable: true });
}
