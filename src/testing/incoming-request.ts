/** What the server reads of a request. */
export type IncomingRequest = Pick<
  Request,
  'method' | 'url' | 'headers' | 'text' | 'json' | 'formData'
>;

/** A request, and what aborts it. */
export interface Incoming {
  readonly request: IncomingRequest;
  readonly signal: AbortSignal;
}

/** Other members change how a `Request` is made or checked. */
const PLAIN_MEMBERS = new Set(['method', 'headers', 'body', 'signal']);
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** The arguments of a `fetch` as a request; throws where `fetch` would reject. */
export function incomingOf(input: RequestInfo | URL, init: RequestInit | undefined): Incoming {
  const plain = typeof input === 'string' ? plainIncoming(input, init) : undefined;
  if (plain !== undefined) return plain;
  const request = new Request(input, init);
  return { request, signal: init?.signal ?? request.signal };
}

/**
 * The same of a POST with a text, as nearly all calls are, without a `Request` and its streams, which
 * would take longer than all else that the server does. `undefined` for anything unusual.
 */
function plainIncoming(input: string, init: RequestInit | undefined): Incoming | undefined {
  if (init?.method !== 'POST' || typeof init.body !== 'string' || !URL.canParse(input)) return;
  for (const member in init) if (!PLAIN_MEMBERS.has(member)) return;
  const signal = init.signal ?? new AbortController().signal;
  const url = new URL(input);
  if (!(signal instanceof AbortSignal) || url.username !== '' || url.password !== '') return;
  return { request: new TextRequest(url.href, new Headers(init.headers), init.body), signal };
}

class TextRequest implements IncomingRequest {
  readonly method = 'POST';
  readonly url: string;
  readonly headers: Headers;
  readonly #body: string;

  constructor(url: string, headers: Headers, body: string) {
    this.url = url;
    this.headers = headers;
    this.#body = body;
  }

  /** As it arrives in UTF-8. */
  async text(): Promise<string> {
    return DECODER.decode(ENCODER.encode(this.#body));
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  formData(): Promise<FormData> {
    const { method, headers } = this;
    return new Request(this.url, { method, headers, body: this.#body }).formData();
  }
}
