import type { BodyListener, BodyTap, Emit } from './body-tap.ts';
import { joined } from './bytes.ts';
import { SseParser, type SsePiece } from './sse.ts';
import { StreamWatch } from './stream-watch.ts';
import { withoutUsage } from './usage-chunk.ts';

/** The tap for server-sent events. With `hides`, it hides from the reader what `include_usage` added. */
export function eventStreamTap(hides: boolean, listener: BodyListener): BodyTap {
  return hides ? new HidingTap(listener) : new WatchingTap(listener);
}

class WatchingTap implements BodyTap {
  readonly #parser = new SseParser();
  readonly #watch: StreamWatch;

  constructor(listener: BodyListener) {
    this.#watch = new StreamWatch(listener);
  }

  pass(chunk: Uint8Array, emit: Emit): void {
    emit(chunk);
    for (const { event } of this.#parser.push(chunk))
      if (event !== undefined) this.#watch.see(event);
  }

  end(whole: boolean): void {
    if (!whole) return;
    for (const { event } of this.#parser.end()) if (event !== undefined) this.#watch.see(event);
  }

  seen(): ReturnType<BodyTap['seen']> {
    return this.#watch.seen();
  }
}

class HidingTap implements BodyTap {
  readonly #parser = new SseParser();
  readonly #watch: StreamWatch;
  #isHidden = false;

  constructor(listener: BodyListener) {
    this.#watch = new StreamWatch(listener);
  }

  pass(chunk: Uint8Array, emit: Emit): void {
    this.#emit(this.#parser.push(chunk), emit);
  }

  end(whole: boolean, emit: Emit): void {
    if (whole) this.#emit(this.#parser.end(), emit);
    else if (this.#parser.held().length > 0) emit(this.#parser.held());
  }

  seen(): ReturnType<BodyTap['seen']> {
    return this.#watch.seen();
  }

  /** What is left of the pieces, as one chunk: each chunk costs its reader more than its bytes do. */
  #emit(pieces: readonly SsePiece[], emit: Emit): void {
    const shown = pieces.map((piece) => this.#shown(piece)).filter(({ length }) => length > 0);
    const [first] = shown;
    if (first !== undefined) emit(shown.length === 1 ? first : joined(shown));
  }

  #shown(piece: SsePiece): Uint8Array {
    // The LF of a CR LF that ended a hidden event goes with it.
    if (piece.kind === 'line-feed' && this.#isHidden) return new Uint8Array(0);
    const bytes = this.#withoutUsage(piece);
    this.#isHidden = bytes.length === 0;
    return bytes;
  }

  #withoutUsage({ event, bytes }: SsePiece): Uint8Array {
    if (event === undefined) return bytes;
    const json = this.#watch.see(event);
    // Most events don't speak of it: a search of the text is the cheapest way to know.
    const mayTell = event.isCut !== true && event.data.includes('"usage"');
    return mayTell ? withoutUsage(bytes, json) : bytes;
  }
}
