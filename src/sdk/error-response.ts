import type { Clock } from '../clock.ts';

/** The body of a refusal is a few hundred bytes: it arrives within this time, or not at all. */
const READ_WITHIN_MS = 10_000;
/** No provider's error is longer. The rest of a longer body isn't read. */
const MOST_CHARACTERS = 1_000_000;

/** The text of an error response. What can't be read, or not in time, is missing. */
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

/** A copy of the response whose body can be read again. */
export function replayed(response: Response, body: string): Response {
  const { status, statusText, headers, url } = response;
  const copy = new Response(body, { status, statusText, headers: new Headers(headers) });
  return Object.defineProperty(copy, 'url', { value: url, configurable: true });
}

const final = new WeakSet<Response>();

/** Marks a response that the SDK must not retry: we have handled it. */
export function markedFinal(response: Response): Response {
  final.add(response);
  return response;
}

export function isFinal(response: Response): boolean {
  return final.has(response);
}
