import type { CallLimiter } from '../call-limiter.ts';
import type { RemoteCounter } from '../tokens/remote-count.ts';

type Counting = typeof import('../tokens/remote-count.ts');

/** A counter that is made when the first call is to be counted. Never rejects. */
export function lateCounter(
  limiter: Pick<CallLimiter, 'loaded'>,
  make: (counting: Counting) => RemoteCounter,
): RemoteCounter {
  let counter: RemoteCounter | undefined;
  const made = async (): Promise<RemoteCounter> => {
    const counting = await limiter.loaded(() => import('../tokens/remote-count.ts'));
    counter ??= make(counting);
    return counter;
  };
  return async (request) => {
    const count = counter ?? (await made().catch(() => undefined));
    return count?.(request);
  };
}
