import { ofText, type RequestBody, readBody } from './request-body.ts';

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
    method: init?.method ?? request?.method ?? 'GET',
    signal: init?.signal ?? request?.signal ?? undefined,
    headers: headersOf(init?.headers ?? request?.headers),
  };
}

function requestOf(input: FetchInput): Requestish | undefined {
  return typeof input === 'object' && 'url' in input ? input : undefined;
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
  if (!(input instanceof Request)) return ofInit(input, init, await readBody(bodyOf(input, init)));
  const request = init === undefined ? input : new Request(input, init);
  const isJson = /\bjson\b/i.test(request.headers.get('content-type') ?? '');
  const isRead = isJson && request.body !== null && !request.bodyUsed;
  if (!isRead) return ofStream(input, init, request.body === null);
  return ofRequest(request, await request.text());
}

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

/** A `Request` with JSON: its text was read, and each attempt is a new `Request` with it. */
function ofRequest(request: Request, given: string): OutgoingRequest {
  return {
    body: ofText(given),
    send: (fetch, { text = given, signal }) => {
      const headers = withoutLength(request);
      return fetch(new Request(request, { body: text, headers, ...(signal && { signal }) }));
    },
  };
}

/** A `Request` with anything else: it is sent once, as it is. */
function ofStream(
  input: FetchInput,
  init: FetchInit | undefined,
  isReplayable: boolean,
): OutgoingRequest {
  return {
    body: { text: undefined, value: undefined, isReplayable },
    send: (fetch, { signal }) => fetch(input, signal === undefined ? init : { ...init, signal }),
  };
}

function withoutLength(of: { readonly headers?: FetchInit['headers'] } | undefined): Headers {
  const headers = new Headers(of?.headers);
  headers.delete('content-length');
  return headers;
}
