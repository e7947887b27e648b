import type { Clock } from '../clock.ts';
import { type ChunkSink, chunkStream, lendsBuffers } from '../http/chunk-stream.ts';
import { disguise } from '../http/disguise.ts';

/** The body of a refusal is a few hundred bytes: it arrives within this time, or not at all. */
const READ_WITHIN_MS = 10_000;
/** No provider's error is longer. The rest of a longer body isn't read before its caller does. */
const MOST_BYTES = 1_000_000;

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type ReadResult = Awaited<ReturnType<Reader['read']>>;

/**
 * The body of an error response, read as far as it explains the error. Its caller gets all of it: what
 * was read, and then the rest as it comes, with its stalls and its errors.
 */
class ErrorBody {
  readonly #reader: Reader;
  readonly #isOfBytes: boolean;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  /** A read that has begun, and whose result nobody has used. */
  #next: Promise<ReadResult> | undefined;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#isOfBytes = lendsBuffers(body);
    this.#reader = body.getReader();
  }

  /** Reads to the end, for 10 s, or a megabyte; whichever comes first. Never rejects. */
  async read(clock: Clock): Promise<void> {
    let stopWaiting = (): void => {};
    const late = new Promise<undefined>((resolve) => {
      stopWaiting = clock.setTimeout(() => resolve(undefined), READ_WITHIN_MS);
    });
    try {
      while (this.#size <= MOST_BYTES) {
        const result = await Promise.race([this.#begun(), late]);
        if (result === undefined || result.done) return;
        this.#next = undefined;
        this.#keep(result.value);
      }
    } catch {
      // The error is the result of the read that has begun: the caller gets it.
    } finally {
      stopWaiting();
    }
  }

  /** What was read. */
  get text(): string {
    const decoder = new TextDecoder();
    const bytes = this.#chunks.filter((chunk) => chunk instanceof Uint8Array);
    return (
      bytes.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
    );
  }

  /** All of the body. Can be read once. */
  replay(): ReadableStream<Uint8Array> {
    const kept = [...this.#chunks];
    const pull = async (sink: ChunkSink): Promise<void> => {
      const chunk = kept.shift();
      if (chunk !== undefined) return sink.enqueue(chunk);
      const { done, value } = await this.#begun();
      this.#next = undefined;
      if (done) sink.close();
      else sink.enqueue(value);
    };
    const cancel = (reason: unknown): Promise<void> => this.#reader.cancel(reason);
    return chunkStream({ pull, cancel }, this.#isOfBytes);
  }

  /** Nobody needs the rest. */
  discard(): void {
    this.#reader.cancel().catch(() => {});
  }

  #begun(): Promise<ReadResult> {
    if (this.#next === undefined) {
      this.#next = this.#reader.read();
      // If nobody ever asks for it, its error is nobody's.
      this.#next.catch(() => {});
    }
    return this.#next;
  }

  /** A mock may send what isn't bytes: its caller gets it, but it isn't read here. */
  #keep(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk instanceof Uint8Array ? chunk.length : MOST_BYTES;
  }
}

/** An error response as far as it was read. */
export interface ReadResponse {
  /** The text of its body. What can't be read, or not in time, is missing. */
  readonly text: string;
  /** A copy of the response with the whole body. */
  whole(): Response;
  /** A copy that ends where reading has ended: for an SDK that waits for its end, and is not to. */
  soFar(): Response;
}

/** Reads the body of an error response. */
export async function readError(response: Response, clock: Clock): Promise<ReadResponse> {
  const { body } = response;
  // node-fetch has Node's streams.
  if (typeof body?.getReader !== 'function' || body.locked) {
    const text = await response.text().catch(() => '');
    const copy = (): Response => copyOf(response, text);
    return { text, whole: copy, soFar: copy };
  }
  const read = new ErrorBody(body);
  await read.read(clock);
  const { text } = read;
  return {
    text,
    whole: () => copyOf(response, read.replay()),
    soFar: () => {
      read.discard();
      return copyOf(response, text);
    },
  };
}

function copyOf(response: Response, body: string | ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers } = response;
  const copy = new Response(body, { status, statusText, headers: new Headers(headers) });
  return disguise(response)(copy);
}
