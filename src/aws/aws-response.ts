import { field, isObject, textField } from '../model/json.ts';
import { EMPTY, streamOf } from '../sdk/web-response.ts';
import { webHeaders } from './aws-headers.ts';

/** A response as AWS's request handlers make it. */
export interface AwsResponse {
  readonly statusCode: number;
  body?: unknown;
}

/** Its own type of stream: it is read while it comes, and all other bodies in one go. */
const EVENTS = /^application\/vnd\.amazon\.eventstream\b/i;

/** The response as the web has it; `undefined` for what is none. */
export function fromAws(given: unknown): Response | undefined {
  const status = field(given, 'statusCode');
  if (typeof status !== 'number' || status < 200 || status > 599) return undefined;
  const body = EMPTY.includes(status) ? null : bodyOf(field(given, 'body'));
  if (body === undefined) return undefined;
  const statusText = textField(given, 'reason');
  return new Response(body, { status, statusText, headers: webHeaders(field(given, 'headers')) });
}

/** Of whichever request handler: Node's stream, the web's, or what was read already. */
function bodyOf(body: unknown): ConstructorParameters<typeof Response>[0] | undefined {
  if (body === undefined || body === null) return null;
  if (body instanceof ReadableStream) return body.locked ? undefined : body;
  if (body instanceof Blob || typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return isChunks(body) ? streamOf(body) : undefined;
}

function isChunks(body: unknown): body is AsyncIterable<Uint8Array> {
  return isObject(body) && typeof Reflect.get(body, Symbol.asyncIterator) === 'function';
}

/** Gives a response the body that was read, or is metered. The client reads any of both. */
export async function takeBody(given: AwsResponse, from: Response): Promise<void> {
  if (from.body === null) return;
  const isStream = EVENTS.test(from.headers.get('content-type') ?? '');
  given.body = isStream && from.ok ? from.body : new Uint8Array(await from.arrayBuffer());
}
