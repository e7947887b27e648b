import { ByteBuffer, joined } from './bytes.ts';

/** One event of a server-sent event stream. */
export interface SseEvent {
  /** Its `event` field; empty where it has none. */
  readonly event: string;
  /** Its `data` lines, joined; empty for comments and keep-alives. */
  readonly data: string;
}

/** Some consecutive bytes of a stream. In order, the pieces of a stream are the whole stream. */
export interface SsePiece {
  readonly bytes: Uint8Array;
  /** Where they stand in the stream: from `start` up to, but not including, `end`. */
  readonly start: number;
  readonly end: number;
  /**
   * - `event`: all of an event, its blank line included;
   * - `line-feed`: the LF of a CR LF whose CR has ended an event;
   * - `fragment`: part of an event that is too large to be parsed.
   */
  readonly kind: 'event' | 'line-feed' | 'fragment';
  /** The event that they are, where `kind` says so. */
  readonly event: SseEvent | undefined;
}

/** A larger event isn't parsed, so that the parser never buffers more than this. */
const MAX_EVENT_BYTES = 4 * 2 ** 20;

const DECODER = new TextDecoder();

const LF = 10;
const CR = 13;

/**
 * Splits a stream into its events, keeping every byte. Chunks may be cut anywhere. An event is
 * returned as soon as its last byte has been pushed.
 *
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 *
 * @example
 * new SseParser().push(new TextEncoder().encode('data: hi\n\n'))[0].event // { event: '', data: 'hi' }
 */
export class SseParser {
  readonly #maxEventBytes: number;
  /** The event that isn't complete yet. */
  readonly #held = new ByteBuffer();
  #oversized = false;
  #offset = 0;
  #lineIsEmpty = true;
  /** The last byte was a CR: an LF that follows belongs to the same line end. */
  #afterCr = false;
  /** The last byte was a CR that ended an event: an LF that follows is a piece of its own. */
  #afterEvent = false;

  constructor(maxEventBytes: number = MAX_EVENT_BYTES) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** The pieces that `chunk` completes. */
  push(chunk: Uint8Array): SsePiece[] {
    const pieces: SsePiece[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const ends = this.#endsPiece(chunk[at]);
      if (ends === undefined) continue;
      pieces.push(this.#piece(chunk.subarray(from, at + 1), ends));
      from = at + 1;
    }
    this.#hold(chunk.subarray(from), pieces);
    return pieces;
  }

  /** The rest at the end of the stream. An event without its blank line counts as complete. */
  end(): SsePiece[] {
    return this.#held.length === 0 ? [] : [this.#piece(new Uint8Array(0), 'event')];
  }

  /** The bytes that belong to no piece yet. */
  held(): Uint8Array {
    return this.#held.view().slice();
  }

  /** Reads one byte: whether an event ends with it, or the LF of a CR LF that ended one. */
  #endsPiece(byte: number | undefined): 'event' | 'line-feed' | undefined {
    const afterCr = this.#afterCr;
    const afterEvent = this.#afterEvent;
    this.#afterCr = byte === CR;
    this.#afterEvent = false;
    if (byte === LF && afterCr) return afterEvent ? 'line-feed' : undefined;
    if (byte !== LF && byte !== CR) {
      this.#lineIsEmpty = false;
      return undefined;
    }
    const ends = this.#lineIsEmpty;
    this.#lineIsEmpty = true;
    this.#afterEvent = ends && byte === CR;
    return ends ? 'event' : undefined;
  }

  #piece(last: Uint8Array, ends: SsePiece['kind']): SsePiece {
    const bytes = joined([this.#held.view(), last]);
    const tooLarge = this.#oversized || bytes.length > this.#maxEventBytes;
    const kind = ends === 'event' && tooLarge ? 'fragment' : ends;
    const event = kind === 'event' ? parseEvent(bytes) : undefined;
    const start = this.#offset;
    this.#offset += bytes.length;
    this.#held.keepLast(0);
    this.#oversized = false;
    return { bytes, start, end: this.#offset, kind, event };
  }

  #hold(rest: Uint8Array, pieces: SsePiece[]): void {
    if (rest.length === 0) return;
    this.#held.append(rest);
    if (!this.#oversized && this.#held.length <= this.#maxEventBytes) return;
    pieces.push(this.#piece(new Uint8Array(0), 'fragment'));
    this.#oversized = true;
  }
}

/** The fields of an event, from the bytes of its block. A BOM before the first one is no part of it. */
export function parseEvent(bytes: Uint8Array): SseEvent {
  const lines = DECODER.decode(bytes).split(/\r\n|\r|\n/);
  return { event: fieldsOf(lines, 'event').at(-1) ?? '', data: fieldsOf(lines, 'data').join('\n') };
}

function fieldsOf(lines: readonly string[], name: string): string[] {
  return lines
    .filter((line) => line === name || line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1).replace(/^ /, ''));
}
