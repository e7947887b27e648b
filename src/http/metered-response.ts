import { whenAbandoned } from './abandonment.ts';
import type { BodyFailure } from './body-failure.ts';
import type { BodyListener, BodyTap, ObservedUsage } from './body-tap.ts';
import { tapFor, wholeThrough } from './tap-for.ts';
import { tappedStream } from './tapped-stream.ts';

/** What is known of a response's body at its end. */
export interface ResponseEnd extends ObservedUsage {
  /** False if the reader stopped, the connection broke, or the response was dropped unread. */
  readonly complete: boolean;
}

export interface MeteringOptions {
  /** Hide what `stream_options.include_usage` adds, because we asked for it and the caller didn't. */
  readonly hideUsageChunk: boolean;
  /** The call asked for a stream. @default the content type decides */
  readonly isStream?: boolean;
  /**
   * Called at most once: the body has turned out to be an answer. A JSON body does so at its end, a
   * stream with its first event that is more than a beginning.
   */
  onAnswer?(): void;
  /** Called at most once, as soon as the reader was given an error that the body holds. */
  onFailure?(failure: BodyFailure): void;
  /** Called exactly once for each response. */
  onEnd(end: ResponseEnd): void;
}

/**
 * Meters the usage of a response while the caller reads it. Returns the same object. On this object
 * alone, its body and the methods that read it are replaced by those of a shadow response, whose
 * stream observes each chunk. Nothing is read before the caller reads.
 *
 * A response that can't be metered (no body, already read, a mock that isn't a web `Response`) stays
 * as it is. Its end is reported at once, as `complete`.
 *
 * @example
 * const response = meterResponse(await fetch(url, init), {
 *   hideUsageChunk: false,
 *   onEnd: ({ usage, complete }) => console.log(usage?.outputTokens, complete),
 * });
 */
export function meterResponse(response: Response, options: MeteringOptions): Response {
  const tap = guarded(() => tapOf(response, options));
  const end = endOf(tap, options);
  const isWhole = !options.hideUsageChunk && options.isStream !== true;
  const metered = guarded(() => tap !== undefined && patched(response, tap, end, isWhole));
  if (metered !== true) end(true);
  return response;
}

type End = (complete: boolean) => void;

/** An error of our metering must not reach the caller. */
function guarded<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** Calls the listener the first time only. */
function endOf(tap: BodyTap | undefined, options: MeteringOptions): End {
  let ended = false;
  return (complete) => {
    if (ended) return;
    ended = true;
    const seen = guarded(() => tap?.seen()) ?? { usage: undefined, seenOutputTokens: 0 };
    guarded(() => options.onEnd({ ...seen, complete }));
  };
}

function tapOf(response: Response, options: MeteringOptions): BodyTap {
  const { isStream = false, hideUsageChunk } = options;
  const contentType = response.headers.get('content-type') ?? '';
  const listener: BodyListener = {
    onAnswer: () => guarded(() => options.onAnswer?.()),
    onFailure: (failure) => guarded(() => options.onFailure?.(failure)),
  };
  return tapFor({ contentType, isStream, hideUsageChunk }, listener);
}

/** The unread body as a web stream; `undefined` if there is none (node-fetch has Node streams). */
function unreadBody(response: Response): ReadableStream<Uint8Array> | undefined {
  const { body, bodyUsed } = response;
  if (typeof body?.getReader !== 'function') return undefined;
  return bodyUsed || body.locked ? undefined : body;
}

/** The response around the tapped stream, created when it is first needed. */
class Shadow {
  readonly #text: () => Promise<string>;
  readonly #body: ReadableStream<Uint8Array>;
  readonly #headers: Headers;
  readonly #tap: BodyTap;
  readonly #end: End;
  readonly #forget: () => void;
  #response: Response | undefined;
  #isRead = false;

  constructor(original: Response, body: ReadableStream<Uint8Array>, tap: BodyTap, end: End) {
    this.#text = original.text.bind(original);
    this.#body = body;
    this.#headers = original.headers;
    this.#tap = tap;
    this.#end = end;
    this.#forget = whenAbandoned(original, abandon(end));
  }

  open(): Response {
    if (this.#response !== undefined) return this.#response;
    if (this.#isRead) throw new TypeError('Body is unusable: Body has already been read');
    const stream = tappedStream(this.#body, this.#tap, this.#end);
    // From now on the stream may outlive the response; it has its own listener for abandonment.
    this.#forget();
    this.#response = new Response(stream, { headers: this.#headers });
    return this.#response;
  }

  /** The text of a body that nobody has begun to read: cheaper than a stream. */
  async text(): Promise<string> {
    return (await this.#whole()).text;
  }

  async json(): Promise<unknown> {
    const { text, json } = await this.#whole();
    return json === undefined ? JSON.parse(text) : json;
  }

  /** The text, and its JSON where we have parsed it. */
  async #whole(): Promise<{ readonly text: string; readonly json?: unknown }> {
    if (this.#response !== undefined || this.#isRead) return { text: await this.open().text() };
    this.#isRead = true;
    this.#forget();
    try {
      const text = await this.#text();
      const json = guarded(() => wholeThrough(this.#tap, text));
      this.#end(true);
      return { text, json };
    } catch (error) {
      guarded(() => this.#tap.end(false, () => {}));
      this.#end(false);
      throw error;
    }
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#isRead ? this.#body : this.open().body;
  }

  get bodyUsed(): boolean {
    return this.#response?.bodyUsed ?? this.#isRead;
  }
}

/** A separate function, so that the listener's closure references nothing but `end`. */
function abandon(end: End): () => void {
  return () => end(false);
}

const READERS = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const;

/** Whether `response` now reads through `tap`; `isWhole`: the tap passes everything on as it is. */
function patched(response: Response, tap: BodyTap, end: End, isWhole: boolean): boolean {
  const body = unreadBody(response);
  if (body === undefined || !Object.isExtensible(response)) return false;
  const shadow = new Shadow(response, body, tap, end);
  const readers = READERS.filter((name) => name in response).map((name) => [
    name,
    method(async () => shadow.open()[name]()),
  ]);
  const whole = {
    json: method(() => shadow.json()),
    text: method(() => shadow.text()),
  };
  Object.defineProperties(response, {
    ...Object.fromEntries(readers),
    ...(isWhole && 'text' in response && whole),
    body: { get: () => shadow.body, configurable: true },
    bodyUsed: { get: () => shadow.bodyUsed, configurable: true },
    clone: method(() => disguise(response)(shadow.open().clone())),
  });
  return true;
}

function method(value: () => unknown): PropertyDescriptor {
  return { value, configurable: true, writable: true };
}

/** Gives copies of a shadow the `url` and other read-only properties of the original. */
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
