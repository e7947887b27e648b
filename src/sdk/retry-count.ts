import { isObject } from '../model/json.ts';

/** The header in which both SDKs number a call's attempts. */
const RETRY_COUNT = 'x-stainless-retry-count';

/** Adds our resends to the SDK's count, which includes only its own retries. */
export function countResends(headers: unknown, resends: number): void {
  if (resends === 0 || !isObject(headers)) return;
  const isWeb = headers instanceof Headers;
  const given = isWeb ? headers.get(RETRY_COUNT) : headers[RETRY_COUNT];
  const count = Number.parseInt(String(given), 10);
  if (Number.isNaN(count)) return;
  if (isWeb) headers.set(RETRY_COUNT, String(count + resends));
  else Reflect.set(headers, RETRY_COUNT, String(count + resends));
}

/** Whether the request is the SDK's first attempt. */
export function isFirst(headers: Headers): boolean {
  return headers.get(RETRY_COUNT) === '0';
}

/** Whether the caller's own headers already contain a retry count. */
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
