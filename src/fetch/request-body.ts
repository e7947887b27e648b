import { parseJson } from '../model/json.ts';

/** A request's body, as far as it can be read without sending it. */
export interface RequestBody {
  /** Its JSON text; `undefined` for any other body, and for one that is compressed. */
  readonly text: string | undefined;
  /** The value of the text, or a form; `undefined` for what can't be read. */
  readonly value: unknown;
  /** Whether there is one, and it can't be read. */
  readonly isUnread: boolean;
  /** Whether it can be sent twice. A stream can't: sending consumes it. */
  readonly isReplayable: boolean;
}

const NO_BODY: RequestBody = {
  text: undefined,
  value: undefined,
  isUnread: false,
  isReplayable: true,
};
const UNREAD: RequestBody = { ...NO_BODY, isUnread: true };
const STREAM: RequestBody = { ...UNREAD, isReplayable: false };

/** The compressions (`content-encoding`) that every runtime can undo. */
const FORMATS: Readonly<Record<string, CompressionFormat>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
};
/** A prompt is never so long: what unpacks to more isn't read. */
const MOST_UNPACKED_BYTES = 2 ** 26;

/** Reads a body as `fetch` takes it. Never rejects. */
export async function readBody(body: unknown, headers?: Headers): Promise<RequestBody> {
  if (body === undefined || body === null || body instanceof URLSearchParams) return NO_BODY;
  if (typeof body === 'string') return ofText(body);
  const bytes = bytesOf(body);
  if (bytes !== undefined) return ofPacked(bytes, headers);
  if (body instanceof FormData) return { ...NO_BODY, value: body };
  if (!(body instanceof Blob)) return STREAM;
  if (!/\bjson\b/i.test(body.type || (headers?.get('content-type') ?? ''))) return UNREAD;
  const read = await body.arrayBuffer().catch(() => new ArrayBuffer());
  return ofPacked(new Uint8Array(read), headers);
}

/** A body of JSON, whatever it was sent as. */
function ofText(text: string): RequestBody {
  const value = parseJson(text);
  return value === undefined ? UNREAD : { ...NO_BODY, text, value };
}

/** The bytes of a body. Never rejects. */
export async function ofBytes(
  bytes: Uint8Array<ArrayBuffer>,
  headers: Headers,
): Promise<RequestBody> {
  const type = headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) return ofPacked(bytes, headers);
  const form = new Response(bytes, { headers: { 'content-type': type } }).formData();
  return { ...NO_BODY, value: await form.catch(() => undefined) };
}

/** Bytes that may be compressed: then they are sent as they are. */
async function ofPacked(bytes: Uint8Array, headers?: Headers): Promise<RequestBody> {
  const encoding = headers?.get('content-encoding')?.trim().toLowerCase() ?? '';
  const format = FORMATS[encoding];
  if (format === undefined) return ofText(new TextDecoder().decode(bytes));
  const value = parseJson(await unpacked(bytes, format));
  return value === undefined ? UNREAD : { ...NO_BODY, value };
}

/** `''` for what can't be unpacked. */
async function unpacked(bytes: Uint8Array, format: CompressionFormat): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    const stream = new Blob([new Uint8Array(bytes)])
      .stream()
      .pipeThrough(new DecompressionStream(format));
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > MOST_UNPACKED_BYTES) return '';
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return '';
  }
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (!ArrayBuffer.isView(body)) return undefined;
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
}
