import { isObject } from '../model/json.ts';

/**
 * Whether a request streams a chat completion and doesn't ask for the chunk that says what it
 * used. (The Responses API says so unasked.)
 */
export function asksForNoUsage(path: string, body: unknown): boolean {
  if (!path.endsWith('/chat/completions') || !isObject(body)) return false;
  if (!('stream' in body) || body.stream !== true) return false;
  const options = 'stream_options' in body ? body.stream_options : undefined;
  if (options === undefined || options === null) return true;
  return isObject(options) && !('include_usage' in options);
}

/** What JSON.stringify writes at the end of an object that isn't empty. */
const END = '}';
const ASKED = ',"stream_options":{"include_usage":true}}';

/**
 * The same JSON text with `stream_options.include_usage`. What is no text, or no object with
 * members, stays as it is.
 */
export function withUsage(body: unknown): unknown {
  if (typeof body !== 'string' || !body.endsWith(END) || !body.startsWith('{"')) return body;
  if (!body.includes('"stream_options"')) return body.slice(0, -END.length) + ASKED;
  return merged(body);
}

/** For the rare body that has other stream options: parsing it is the only way to be exact. */
function merged(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (!isObject(body)) return text;
    const given = 'stream_options' in body ? body.stream_options : undefined;
    const options = { ...(isObject(given) ? given : {}), include_usage: true };
    return JSON.stringify({ ...body, stream_options: options });
  } catch {
    return text;
  }
}
