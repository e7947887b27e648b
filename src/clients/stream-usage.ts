import { isObject } from './shape.ts';

/**
 * Whether a request streams a chat completion and doesn't ask for the chunk that says what it
 * used. (The Responses API says so unasked.)
 */
export function asksForNoUsage(path: string, body: unknown): boolean {
  if (!path.endsWith('/chat/completions') || !isObject(body)) return false;
  if (!('stream' in body) || body.stream !== true) return false;
  // Only what a copy of it would be written as, too.
  if ('toJSON' in body) return false;
  const options = 'stream_options' in body ? body.stream_options : undefined;
  if (options === undefined || options === null) return true;
  return isObject(options) && !('include_usage' in options);
}

/** The same body with `stream_options.include_usage`. */
export function withUsage(body: unknown): object {
  const options = isObject(body) && 'stream_options' in body ? body.stream_options : undefined;
  const asked = isObject(options) ? options : {};
  return { ...(isObject(body) ? body : {}), stream_options: { ...asked, include_usage: true } };
}
