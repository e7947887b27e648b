import { whenAbandoned } from './abandonment.ts';
import type { BodyTap } from './body-tap.ts';

/**
 * A stream of the same bytes as `body`, observed by `tap`. It never reads ahead of its reader,
 * passes a cancellation on with its reason, and passes errors through unchanged. `onEnd` is called
 * at the end, with whether the body was complete; it may be called more than once.
 */
export function tappedStream(
  body: ReadableStream<Uint8Array>,
  tap: BodyTap,
  onEnd: (whole: boolean) => void,
): ReadableStream<Uint8Array> {
  // A stream that is over can't be abandoned: who keeps it keeps nothing of the call.
  let forget = (): void => {};
  const source = new TappedSource(body.getReader(), tap, (whole) => {
    forget();
    onEnd(whole);
  });
  const stream = new ReadableStream(source, { highWaterMark: 0 });
  // The source has no reference to its stream, so this listener doesn't keep the stream alive.
  forget = whenAbandoned(stream, () => source.abandon());
  return stream;
}

class TappedSource implements UnderlyingDefaultSource<Uint8Array> {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #tap: BodyTap;
  readonly #onEnd: (whole: boolean) => void;
  #canceled = false;

  constructor(
    body: ReadableStreamDefaultReader<Uint8Array>,
    tap: BodyTap,
    onEnd: (whole: boolean) => void,
  ) {
    this.#body = body;
    this.#tap = tap;
    this.#onEnd = onEnd;
  }

  /** Reads until there are bytes to pass on: a tap holds back incomplete events. */
  async pull(sink: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let passed = false;
    const emit = (bytes: Uint8Array): void => {
      passed = true;
      sink.enqueue(bytes);
    };
    while (!passed) {
      const { done, value } = await this.#read(emit);
      if (this.#canceled) return;
      if (done) {
        this.#close(sink, emit);
        return;
      }
      this.#pass(value, emit);
    }
  }

  cancel(reason: unknown): Promise<void> {
    this.#canceled = true;
    this.#onEnd(false);
    return this.#body.cancel(reason).finally(() => this.#body.releaseLock());
  }

  abandon(): void {
    this.cancel(undefined).catch(() => {});
  }

  async #read(emit: (bytes: Uint8Array) => void): Promise<ReadableStreamReadResult<Uint8Array>> {
    try {
      return await this.#body.read();
    } catch (error) {
      if (!this.#canceled) this.#finish(false, emit);
      this.#onEnd(false);
      throw error;
    }
  }

  #close(
    sink: ReadableStreamDefaultController<Uint8Array>,
    emit: (bytes: Uint8Array) => void,
  ): void {
    this.#finish(true, emit);
    this.#body.releaseLock();
    sink.close();
    this.#onEnd(true);
  }

  /** A mocked body may hold anything. What isn't bytes is passed on without being observed. */
  #pass(chunk: Uint8Array, emit: (bytes: Uint8Array) => void): void {
    try {
      if (chunk instanceof Uint8Array) this.#tap.pass(chunk, emit);
      else emit(chunk);
    } catch {}
  }

  #finish(whole: boolean, emit: (bytes: Uint8Array) => void): void {
    try {
      this.#tap.end(whole, emit);
    } catch {}
  }
}
