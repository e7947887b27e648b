import type { CallLimiter } from '../call-limiter.ts';

/** Reads refusals. Its words weigh as much as many other parts, and most calls are never refused. */
export type RefusalReader = typeof import('../http/refusal-reader.ts');

let loaded: RefusalReader | undefined;

/**
 * The reader of refusals, which this process loads with the first one; `undefined` where its code can't
 * be loaded: then no refusal is understood, and SDKs do with it what they do by themselves.
 */
export function refusalReader(
  limiter: Pick<CallLimiter, 'loaded'>,
): RefusalReader | Promise<RefusalReader | undefined> {
  return loaded ?? limiter.loaded(loadReader).catch(() => undefined);
}

async function loadReader(): Promise<RefusalReader> {
  loaded = await import('../http/refusal-reader.ts');
  return loaded;
}
