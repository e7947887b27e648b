/** What takes the pieces of a body: a controller of either kind of stream. */
export interface ChunkSink {
  enqueue(bytes: Uint8Array): void;
  close(): void;
}

/** Where the pieces of a body come from. */
export interface ChunkSource {
  pull(sink: ChunkSink): Promise<void>;
  cancel(reason: unknown): Promise<void>;
}

/** Whether its reader may bring a buffer of its own (`getReader({ mode: 'byob' })`): that of a `fetch` may. */
export function lendsBuffers(body: ReadableStream<Uint8Array>): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** A stream that reads nothing ahead. No piece may be empty: nobody would ask for the next one. */
export function chunkStream(source: ChunkSource, isOfBytes: boolean): ReadableStream<Uint8Array> {
  return isOfBytes
    ? new ReadableStream(ofBytes(source), { highWaterMark: 0 })
    : new ReadableStream(source, { highWaterMark: 0 });
}

function ofBytes(source: ChunkSource): UnderlyingByteSource {
  return {
    type: 'bytes',
    pull: (sink) =>
      source.pull({
        // What is passed on is taken away: the source may have kept it, or cut it into several.
        enqueue: (bytes) => sink.enqueue(bytes.slice()),
        close: () => {
          sink.close();
          sink.byobRequest?.respond(0);
        },
      }),
    cancel: (reason) => source.cancel(reason),
  };
}
