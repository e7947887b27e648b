import { whenAbandoned } from './abandonment.ts';
import { type BodyTap, type Seen, tapFor } from './body-tap.ts';
import { tappedStream } from './tapped-stream.ts';

/** What is known of a response's body when nothing more will come of it. */
export interface ResponseEnd extends Seen {
  /** False where the reader, the connection or nobody's interest cut the body short. */
  readonly complete: boolean;
}

export interface MeterOptions {
  /** We asked for `stream_options.include_usage`, the caller did not: hide what it adds. */
  readonly hideUsageChunk: boolean;
  /** Called exactly once for each response. */
  onEnd(end: ResponseEnd): void;
}

/**
 * Meters what a response uses, while whoever called reads it. Returns the same object: its body and
 * the methods that read it are replaced, on this object alone, by those of a shadow response around
 * a stream that looks at each chunk in passing. Nothing is read before the caller reads.
 *
 * A response that can't be metered (no body, already read, a mock that isn't a web `Response`) is
 * left as it is, and ends at once; `complete`, for nothing is known to be missing.
 *
 * @example
 * const response = meterResponse(await fetch(url, init), {
 *   hideUsageChunk: false,
 *   onEnd: ({ usage, complete }) => console.log(usage?.outputTokens, complete),
 * });
 */
export function meterResponse(response: Response, options: MeterOptions): Response {
  const tap = guarded(() => tapFor(contentType(response), options.hideUsageChunk));
  const end = endOf(tap, options);
  const metered = guarded(() => tap !== undefined && patched(response, tap, end));
  if (metered !== true) end(true);
  return response;
}

type End = (complete: boolean) => void;

/** What goes wrong while we look on isn't the caller's: it stays here. */
function guarded<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** Tells the listener, the first time only. */
function endOf(tap: BodyTap | undefined, options: MeterOptions): End {
  let ended = false;
  return (complete) => {
    if (ended) return;
    ended = true;
    const seen = guarded(() => tap?.seen()) ?? { usage: undefined, seenOutputTokens: 0 };
    guarded(() => options.onEnd({ ...seen, complete }));
  };
}

function contentType(response: Response): string {
  return response.headers.get('content-type') ?? '';
}

/** `undefined` where there is none, or none that can be tapped: node-fetch has Node's streams. */
function unreadBody(response: Response): ReadableStream<Uint8Array> | undefined {
  const { body, bodyUsed } = response;
  if (typeof body?.getReader !== 'function') return undefined;
  return bodyUsed || body.locked ? undefined : body;
}

/** The response around the tapped stream, made when it is first needed. */
class Shadow {
  readonly #body: ReadableStream<Uint8Array>;
  readonly #headers: Headers;
  readonly #tap: BodyTap;
  readonly #end: End;
  readonly #forget: () => void;
  #response: Response | undefined;

  constructor(original: Response, body: ReadableStream<Uint8Array>, tap: BodyTap, end: End) {
    this.#body = body;
    this.#headers = new Headers(original.headers);
    this.#tap = tap;
    this.#end = end;
    this.#forget = whenAbandoned(original, abandon(end));
  }

  open(): Response {
    if (this.#response !== undefined) return this.#response;
    const stream = tappedStream(this.#body, this.#tap, this.#end);
    // From now on the stream may outlive the response, and tells itself when it is abandoned.
    this.#forget();
    this.#response = new Response(stream, { headers: this.#headers });
    return this.#response;
  }

  get bodyUsed(): boolean {
    return this.#response?.bodyUsed ?? false;
  }
}

/** Made apart from everything else, so that the listener holds on to nothing but `end`. */
function abandon(end: End): () => void {
  return () => end(false);
}

const READERS = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const;

/** Whether `response` now reads through `tap`. */
function patched(response: Response, tap: BodyTap, end: End): boolean {
  const body = unreadBody(response);
  if (body === undefined || !Object.isExtensible(response)) return false;
  const shadow = new Shadow(response, body, tap, end);
  const disguised = disguise(response);
  const readers = READERS.filter((name) => name in response).map((name) => [
    name,
    method(async () => shadow.open()[name]()),
  ]);
  Object.defineProperties(response, {
    ...Object.fromEntries(readers),
    body: { get: () => shadow.open().body, configurable: true },
    bodyUsed: { get: () => shadow.bodyUsed, configurable: true },
    clone: method(() => disguised(shadow.open().clone())),
  });
  return true;
}

function method(value: () => unknown): PropertyDescriptor {
  return { value, configurable: true, writable: true };
}

/** Gives copies of a shadow what only a response from the network has: `original`'s URL and so on. */
function disguise(original: Response): (copy: Response) => Response {
  const { url, redirected, type, status, statusText, ok } = original;
  const own = Object.entries({ url, redirected, type, status, statusText, ok }).map(
    ([name, value]) => [name, { value, configurable: true }],
  );
  const disguised = (copy: Response): Response => {
    const next = copy.clone.bind(copy);
    return Object.defineProperties(copy, {
      ...Object.fromEntries(own),
      clone: method(() => disguised(next())),
    });
  };
  return disguised;
}
