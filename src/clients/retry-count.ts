/**
 * The header in which both SDKs tell the provider which attempt a request is. They count their own
 * retries; `resends` are ours. A number beyond `maxRetries` isn't the SDK's but the caller's: it
 * stays.
 */
export function countResends(headers: object, resends: number, maxRetries: number): void {
  if (resends === 0 || !(headers instanceof Headers)) return;
  const count = Number.parseInt(headers.get('x-stainless-retry-count') ?? '', 10);
  if (count <= maxRetries) headers.set('x-stainless-retry-count', String(count + resends));
}
