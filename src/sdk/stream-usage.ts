import { isObject } from '../model/json.ts';

/**
 * Whether a request streams a chat completion without asking for the usage chunk. (The Responses
 * API always sends its usage.)
 */
export function asksForNoUsage(path: string, body: unknown): boolean {
  if (!path.endsWith('/chat/completions') || !isObject(body)) return false;
  if (!('stream' in body) || body.stream !== true) return false;
  const options = 'stream_options' in body ? body.stream_options : undefined;
  if (options === undefined || options === null) return true;
  return isObject(options) && !('include_usage' in options);
}

/** The ends of what JSON.stringify writes for an object that isn't empty; older cores indent it. */
const START = /^\{\s*"/;
const END = '}';
const ASKED = ',"stream_options":{"include_usage":true}}';

/**
 * The same JSON text with `stream_options.include_usage`. Anything but the JSON of a non-empty
 * object is returned unchanged.
 */
export function withUsage(body: unknown): unknown {
  if (typeof body !== 'string' || !body.endsWith(END) || !START.test(body)) return body;
  if (!body.includes('"stream_options"')) return body.slice(0, -END.length) + ASKED;
  return merged(body);
}

/** For the rare body with other stream options, which has to be parsed. */
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
