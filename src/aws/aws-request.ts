import type { FetchInit, OutgoingRequest, Target } from '../fetch/outgoing-request.ts';
import { readBody } from '../fetch/request-body.ts';
import { webHeaders } from './aws-headers.ts';

/** A request as AWS's client has it before it is signed. */
export interface AwsRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: FetchInit['body'];
}

/** Where it goes. `undefined` for what can't be read. */
export function awsTarget(
  { protocol, hostname, port, path, method, headers }: AwsRequest,
  signal: AbortSignal | undefined,
): Target | undefined {
  const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
  if (!URL.canParse(url)) return undefined;
  return { url: new URL(url), method, signal, headers: webHeaders(headers) };
}

/** The request with its body read. `send` sends it, each time with another signature. */
export async function awsOutgoing(
  request: AwsRequest,
  send: (request: AwsRequest) => Promise<Response>,
): Promise<OutgoingRequest> {
  return {
    body: await readBody(request.body, webHeaders(request.headers)),
    send: (_, { text }) => send(text === undefined ? request : withBody(request, text)),
  };
}

/** Of the same class: who signs it copies it by its methods. */
function withBody(request: AwsRequest, body: string): AwsRequest {
  const length = String(new TextEncoder().encode(body).length);
  const headers = { ...request.headers, 'content-length': length };
  const copy: AwsRequest = Object.create(Object.getPrototypeOf(request));
  return Object.assign(copy, request, { body, headers });
}
