import { isObject, member } from '../model/json.ts';
import type { BodyListener, BodyTap, Emit } from './body-tap.ts';
import { joined } from './bytes.ts';
import { SseParser, type SsePiece } from './sse.ts';
import { StreamWatch } from './stream-watch.ts';
import { isUsageChunk, withoutUsage } from './usage-chunk.ts';

/** The tap for server-sent events. With `hides`, it hides from the reader what `include_usage` added. */
export function eventStreamTap(hides: boolean, listener: BodyListener): BodyTap {
  return hides ? new HidingTap(listener) : new WatchingTap(listener);
}

/** Watches the events, and what they say of `include_usage`. */
class Events {
  readonly #watch: StreamWatch;
  #hasUsageChunk = false;
  #hasNulls = false;

  constructor(listener: BodyListener) {
    this.#watch = new StreamWatch(listener);
  }

  /** The JSON of a piece that is an event, if that may speak of usage. */
  see({ event }: SsePiece): unknown {
    if (event === undefined) return undefined;
    const json = this.#watch.see(event);
    // Most events don't: a search of the text is the cheapest way to know.
    if (event.isCut === true || !event.data.includes('"usage"')) return undefined;
    if (isUsageChunk(json)) this.#hasUsageChunk = true;
    else if (isObject(json) && member(json, 'usage') === null) this.#hasNulls = true;
    return json;
  }

  seen(): ReturnType<BodyTap['seen']> {
    const seen = this.#watch.seen();
    if (!this.#hasUsageChunk) return seen;
    return { ...seen, usageChunk: this.#hasNulls ? 'announced' : 'unannounced' };
  }
}

class WatchingTap implements BodyTap {
  readonly #parser = new SseParser();
  readonly #events: Events;

  constructor(listener: BodyListener) {
    this.#events = new Events(listener);
  }

  pass(chunk: Uint8Array, emit: Emit): void {
    emit(chunk);
    for (const piece of this.#parser.push(chunk)) this.#events.see(piece);
  }

  end(whole: boolean): void {
    if (!whole) return;
    for (const piece of this.#parser.end()) this.#events.see(piece);
  }

  seen(): ReturnType<BodyTap['seen']> {
    return this.#events.seen();
  }
}

class HidingTap implements BodyTap {
  readonly #parser = new SseParser();
  readonly #events: Events;
  #isHidden = false;

  constructor(listener: BodyListener) {
    this.#events = new Events(listener);
  }

  pass(chunk: Uint8Array, emit: Emit): void {
    this.#emit(this.#parser.push(chunk), emit);
  }

  end(whole: boolean, emit: Emit): void {
    if (whole) this.#emit(this.#parser.end(), emit);
    else if (this.#parser.held().length > 0) emit(this.#parser.held());
  }

  seen(): ReturnType<BodyTap['seen']> {
    return this.#events.seen();
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
    const json = this.#events.see(piece);
    const bytes = json === undefined ? piece.bytes : withoutUsage(piece.bytes, json);
    this.#isHidden = bytes.length === 0;
    return bytes;
  }
}
