import { parseJson } from '../model/json.ts';

/** A request's body, as far as it can be read without sending it. */
export interface RequestBody {
  /** Its JSON text; `undefined` for any other body. */
  readonly text: string | undefined;
  /** The value of the text, or a form; `undefined` for what can't be read. */
  readonly value: unknown;
  /** Whether it can be sent twice. A stream can't: sending consumes it. */
  readonly isReplayable: boolean;
}

const NO_BODY: RequestBody = { text: undefined, value: undefined, isReplayable: true };
const STREAM: RequestBody = { ...NO_BODY, isReplayable: false };

/** Reads a body as `fetch` takes it. Never rejects. */
export async function readBody(body: unknown): Promise<RequestBody> {
  if (body === undefined || body === null || body instanceof URLSearchParams) return NO_BODY;
  if (typeof body === 'string') return ofText(body);
  const bytes = bytesOf(body);
  if (bytes !== undefined) return ofText(new TextDecoder().decode(bytes));
  if (body instanceof FormData) return { ...NO_BODY, value: body };
  if (!(body instanceof Blob)) return STREAM;
  return /\bjson\b/i.test(body.type) ? ofText(await body.text().catch(() => '')) : NO_BODY;
}

/** A body of JSON, whatever it was sent as. */
function ofText(text: string): RequestBody {
  const value = parseJson(text);
  return { text: value === undefined ? undefined : text, value, isReplayable: true };
}

/** The bytes of a body of that type. Never rejects. */
export async function ofBytes(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<RequestBody> {
  if (!/^multipart\/form-data\b/i.test(type)) return ofText(new TextDecoder().decode(bytes));
  const form = new Response(bytes, { headers: { 'content-type': type } }).formData();
  return { ...NO_BODY, value: await form.catch(() => undefined) };
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (!ArrayBuffer.isView(body)) return undefined;
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
}
