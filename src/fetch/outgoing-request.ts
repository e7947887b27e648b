import { ofBytes, type RequestBody, readBody } from './request-body.ts';

export type FetchFunction = typeof globalThis.fetch;
export type FetchInput = Parameters<FetchFunction>[0];
export type FetchInit = NonNullable<Parameters<FetchFunction>[1]>;

/** What the limiter changes of a request: its JSON text, and when it is given up. */
export interface Changes {
  readonly text: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Where a request goes, before its body is read. */
export interface Target {
  readonly url: URL;
  readonly method: string;
  readonly signal: AbortSignal | undefined;
  readonly headers: Headers;
}

/** The parts of a `Request` that are read; other packages have classes of their own. */
type Requestish = Pick<Request, 'url' | 'method' | 'headers' | 'signal'>;

/** `undefined` for a URL that can't be read, such as a relative one. */
export function targetOf(input: FetchInput, init: FetchInit | undefined): Target | undefined {
  const request = requestOf(input);
  const url = request?.url ?? String(input);
  if (!URL.canParse(url)) return undefined;
  return {
    url: new URL(url),
    method: String(init?.method ?? request?.method ?? 'GET'),
    signal: signalOf(init?.signal === undefined ? request?.signal : init.signal),
    headers: headersOf(init?.headers ?? request?.headers),
  };
}

function requestOf(input: FetchInput): Requestish | undefined {
  return typeof input === 'object' && input !== null && 'url' in input ? input : undefined;
}

/** `null` is none, whatever the `Request` has. What is no signal is refused by the `fetch` below. */
function signalOf(signal: AbortSignal | null | undefined): AbortSignal | undefined {
  return typeof signal?.throwIfAborted === 'function' ? signal : undefined;
}

/** Headers that no `fetch` takes are none here: it will say so itself. */
function headersOf(given: FetchInit['headers']): Headers {
  try {
    return new Headers(given);
  } catch {
    return new Headers();
  }
}

/** A request whose body is read, and that can be sent as often as its body allows. */
export interface OutgoingRequest {
  readonly body: RequestBody;
  send(fetch: FetchFunction, changes: Changes): Promise<Response>;
}

/** Reads a request. Without changes it is sent just as it was given. */
export async function outgoing(
  input: FetchInput,
  init: FetchInit | undefined,
): Promise<OutgoingRequest> {
  if (!(input instanceof Request))
    return ofInit(input, init, await readBody(bodyOf(input, init), headersOf(init?.headers)));
  // This takes the body of the one that was given: from here on only the new one can be sent.
  const request = init === undefined ? input : new Request(input, init);
  const type = request.headers.get('content-type') ?? '';
  const { body } = request;
  if (body === null || request.bodyUsed || body.locked || !READABLE.test(type)) {
    return ofStream(request, body === null);
  }
  const bytes = new Uint8Array(await request.arrayBuffer());
  const read = await ofBytes(bytes, request.headers);
  // Not the bytes: Node can't send these on after a redirection. A text would get a type.
  const given = type === '' || read.text === undefined ? new Blob([bytes]) : read.text;
  return ofRequest(request, given, read);
}

/** Types of bodies that may be a call's: JSON, forms, and strings whose type nobody has given. */
const READABLE = /\bjson\b|^multipart\/form-data\b|^text\/plain\b|^$/i;

/** A `Request` of another package: its body isn't known. */
function bodyOf(input: FetchInput, init: FetchInit | undefined): unknown {
  const body = init?.body;
  return body ?? (requestOf(input) === undefined ? undefined : input);
}

/** A URL, and what is to be sent there. */
function ofInit(
  input: FetchInput,
  init: FetchInit | undefined,
  body: RequestBody,
): OutgoingRequest {
  return {
    body,
    send: (fetch, { text, signal }) => {
      if (text === undefined && signal === undefined) return fetch(input, init);
      const changed = text === undefined ? {} : { body: text, headers: withoutLength(init) };
      return fetch(input, { ...init, ...changed, ...(signal && { signal }) });
    },
  };
}

/** A `Request` whose body was read: each attempt is a new `Request` with it. */
function ofRequest(request: Request, given: string | Blob, body: RequestBody): OutgoingRequest {
  return {
    body,
    send: (fetch, { text = given, signal }) => {
      const headers = withoutLength(request);
      const changed = { body: text, headers, ...(signal && { signal }) };
      return fetch(new Request(request, changed));
    },
  };
}

/** A `Request` with anything else: it is sent once, as it is. */
function ofStream(request: Request, isReplayable: boolean): OutgoingRequest {
  return {
    body: { text: undefined, value: undefined, isUnread: !isReplayable, isReplayable },
    send: (fetch, { signal }) =>
      signal === undefined ? fetch(request) : fetch(request, { signal }),
  };
}

function withoutLength(of: { readonly headers?: FetchInit['headers'] } | undefined): Headers {
  const headers = new Headers(of?.headers);
  headers.delete('content-length');
  return headers;
}
