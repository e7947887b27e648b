import { isObject } from '../model/json.ts';

/** In which both SDKs tell the provider which attempt a request is. */
const RETRY_COUNT = 'x-stainless-retry-count';

/** Adds what we have sent again to what the SDK has: it counts its own retries only. */
export function countResends(headers: unknown, resends: number): void {
  if (resends === 0 || !(headers instanceof Headers)) return;
  const count = Number.parseInt(headers.get(RETRY_COUNT) ?? '', 10);
  if (!Number.isNaN(count)) headers.set(RETRY_COUNT, String(count + resends));
}

/** Whether an SDK has not retried yet. */
export function isFirst(headers: Headers): boolean {
  return headers.get(RETRY_COUNT) === '0';
}

/** Whether any of the header sources that a caller may give has a count of its own. */
export function callerCounts(...sources: readonly unknown[]): boolean {
  return sources.some((source) => namesOf(source).includes(RETRY_COUNT));
}

/** Headers are a `Headers`, pairs, an object, or the SDKs' own `{ values: Headers }`. */
function namesOf(source: unknown): string[] {
  if (Array.isArray(source)) return source.map(([name]) => String(name).toLowerCase());
  if (!isObject(source)) return [];
  if (source instanceof Headers) return [...source.keys()];
  if ('values' in source && source.values instanceof Headers) return [...source.values.keys()];
  return Object.keys(source).map((name) => name.toLowerCase());
}
