import { type Clock, systemClock } from '../clock.ts';
import { whenAbandoned } from './abandonment.ts';
import type { BodyTap } from './body-tap.ts';
import { type ChunkSink, type ChunkSource, chunkStream, lendsBuffers } from './chunk-stream.ts';

/** A reader that has asked for nothing so long has left, or takes its time. */
const IDLE_MS = 5000;
/** So much is read for such a reader. */
const MOST_AHEAD_BYTES = 2 ** 20;

/**
 * A stream of the same bytes as `body`, observed by `tap`. It passes a cancellation on with its reason,
 * and passes errors through unchanged. `onEnd` is called at the end, with whether the body was
 * complete; it may be called more than once.
 *
 * It reads ahead of its reader only if that has begun and then asks for nothing for a while: some
 * clients drop a stream without canceling it. Then the end of the body, and its usage, are seen all the
 * same, and a reader that comes back finds what was read.
 */
export function tappedStream(
  body: ReadableStream<Uint8Array>,
  tap: BodyTap,
  onEnd: (whole: boolean) => void,
  clock: Clock = systemClock,
): ReadableStream<Uint8Array> {
  // A stream that is over can't be abandoned: who keeps it keeps nothing of the call.
  let forget = (): void => {};
  const ended = (whole: boolean): void => {
    forget();
    onEnd(whole);
  };
  const isOfBytes = lendsBuffers(body);
  const source = new TappedSource(body.getReader(), tap, ended, clock);
  const stream = chunkStream(source, isOfBytes);
  // The source has no reference to its stream, so this listener doesn't keep the stream alive.
  forget = whenAbandoned(stream, () => source.abandon());
  return stream;
}

class TappedSource implements ChunkSource {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  readonly #tap: BodyTap;
  readonly #onEnd: (whole: boolean) => void;
  readonly #clock: Clock;
  /** What was read, and is not passed on yet. */
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  /** Whether the reader waits, and how often it has asked. */
  #isAsked = false;
  #asks = 0;
  #stopWatch: (() => void) | undefined;
  /** What is being read ahead. */
  #ahead: Promise<void> | undefined;
  #end: { readonly error?: unknown } | undefined;

  constructor(
    body: ReadableStreamDefaultReader<Uint8Array>,
    tap: BodyTap,
    onEnd: (whole: boolean) => void,
    clock: Clock,
  ) {
    this.#body = body;
    this.#tap = tap;
    this.#onEnd = onEnd;
    this.#clock = clock;
    // An abort ends the body of a reader that doesn't read, too.
    body.closed.catch(() => void (this.#end ?? this.#read()));
  }

  /** Reads until there are bytes to pass on: a tap holds back incomplete events. */
  async pull(sink: ChunkSink): Promise<void> {
    this.#isAsked = true;
    this.#asks++;
    while (this.#kept.length === 0 && this.#end === undefined) {
      await (this.#ahead ?? this.#read());
    }
    this.#isAsked = false;
    if (this.#end === CANCELED) return;
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    for (const bytes of kept) sink.enqueue(bytes);
    if (this.#end === undefined) this.#watch();
    else if (!('error' in this.#end)) sink.close();
    else if (kept.length === 0) throw this.#end.error;
  }

  cancel(reason: unknown): Promise<void> {
    const isOver = this.#end !== undefined;
    this.#finished(CANCELED, false);
    if (isOver) return Promise.resolve();
    return this.#body.cancel(reason).finally(() => this.#body.releaseLock());
  }

  abandon(): void {
    this.cancel(undefined).catch(() => {});
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#body.read();
      if (this.#end !== undefined) return;
      if (!done) {
        this.#pass(value);
        return;
      }
      this.#finish(true);
      this.#body.releaseLock();
      this.#finished({}, true);
    } catch (error) {
      if (this.#end !== undefined) return;
      this.#finish(false);
      this.#finished({ error }, false);
    }
  }

  #finished(end: { readonly error?: unknown }, whole: boolean): void {
    this.#end = end;
    this.#stopWatch?.();
    this.#onEnd(whole);
  }

  /** One timer, however many pieces are read meanwhile. */
  #watch(): void {
    if (this.#stopWatch !== undefined) return;
    const asks = this.#asks;
    const look = (): void => {
      this.#stopWatch = undefined;
      if (asks === this.#asks) void this.#readAhead();
      else if (!this.#isAsked) this.#watch();
    };
    this.#stopWatch = this.#clock.setTimeout(look, IDLE_MS, true);
  }

  async #readAhead(): Promise<void> {
    while (!this.#isAsked && this.#end === undefined && this.#keptBytes < MOST_AHEAD_BYTES) {
      this.#ahead = this.#read();
      await this.#ahead;
      this.#ahead = undefined;
    }
  }

  /** Not what is empty: after such a piece, nobody asks for the next. */
  readonly #keep = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
  };

  /** A mocked body may hold anything. What isn't bytes is passed on without being observed. */
  #pass(chunk: Uint8Array): void {
    try {
      if (chunk instanceof Uint8Array) this.#tap.pass(chunk, this.#keep);
      else this.#keep(chunk);
    } catch {}
  }

  #finish(whole: boolean): void {
    try {
      this.#tap.end(whole, this.#keep);
    } catch {}
  }
}

/** Its reader has canceled it. */
const CANCELED = {};
