import { field, isObject } from '../model/json.ts';

/** Statuses whose responses have no body. */
export const EMPTY: readonly number[] = [204, 205, 304];

/**
 * A response as the web has it. SDKs with an older core send with `node-fetch`, whose bodies are
 * Node's streams: those can't be metered, and the SDKs read either kind. What is neither stays as it is.
 */
export function webResponse(response: Response): Response {
  const given: unknown = response;
  if (given instanceof Response || !isNodeFetch(given)) return response;
  const { status, statusText, headers, url, body } = given;
  const stream = EMPTY.includes(status) ? null : streamOf(body);
  const web = new Response(stream, { status, statusText, headers: [...headers] });
  return Object.defineProperty(web, 'url', { value: url, configurable: true });
}

interface NodeFetchResponse {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** By what is read of it: a test's mock may have next to nothing. */
function isNodeFetch(value: unknown): value is NodeFetchResponse {
  const [body, headers] = [field(value, 'body'), field(value, 'headers')];
  const isNodes = isObject(body) && Symbol.asyncIterator in body && !('getReader' in body);
  return isNodes && isObject(headers) && Symbol.iterator in headers;
}

/** The web's stream of what Node's stream holds. */
export function streamOf(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (sink) => {
        const { done, value } = await chunks.next();
        if (done === true) sink.close();
        else sink.enqueue(new Uint8Array(value));
      },
      cancel: async () => {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
