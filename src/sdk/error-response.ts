import type { Clock } from '../clock.ts';

/** The body of a refusal is a few hundred bytes: what takes longer will not come. */
const READ_WITHIN_MS = 10_000;
/** What is longer is no error of a provider's; the rest of it is not read. */
const MOST_CHARACTERS = 1_000_000;

/** The text of an error response, read to its end; what can't be read, or in time, is missing. */
export async function readError(response: Response, clock: Clock): Promise<string> {
  const { body } = response;
  // node-fetch has Node's streams.
  if (typeof body?.getReader !== 'function') return response.text().catch(() => '');
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const stopWaiting = clock.setTimeout(() => reader.cancel().catch(() => {}), READ_WITHIN_MS);
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
      if (text.length > MOST_CHARACTERS) {
        reader.cancel().catch(() => {});
        return text;
      }
    }
  } catch {
    return text;
  } finally {
    stopWaiting();
  }
}

/** The same response once more, with its body unread again. */
export function replayed(response: Response, body: string): Response {
  const { status, statusText, headers, url } = response;
  const copy = new Response(body, { status, statusText, headers: new Headers(headers) });
  return Object.defineProperty(copy, 'url', { value: url, configurable: true });
}

const final = new WeakSet<Response>();

/** Marks a response that the SDK must not retry by itself: it has been dealt with here. */
export function finalised(response: Response): Response {
  final.add(response);
  return response;
}

export function isFinal(response: Response): boolean {
  return final.has(response);
}
