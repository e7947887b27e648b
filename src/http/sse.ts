import { ByteBuffer, joined } from './bytes.ts';

/** One event of a server-sent event stream. */
export interface SseEvent {
  /** Its `event` field; empty where it has none. */
  readonly event: string;
  /** Its `data` lines, joined; empty where it has none. */
  readonly data: string;
  /** It is too large to be parsed: `data` is the end of its text. */
  readonly isCut?: true;
}

/** Some consecutive bytes of a stream. In order, the pieces of a stream are the whole stream. */
export interface SsePiece {
  readonly bytes: Uint8Array;
  /**
   * - `event`: all of an event, its blank line included;
   * - `filler`: any number of blank lines, comments and other blocks that hold no event;
   * - `line-feed`: the LF of a CR LF, if a chunk ended between the two, after an event or a filler;
   * - `fragment`: part of an event that is too large to be parsed.
   */
  readonly kind: 'event' | 'filler' | 'line-feed' | 'fragment';
  /** The event that they are, or that ends with them. */
  readonly event: SseEvent | undefined;
}

/** A larger event isn't parsed, so that the parser never buffers more than this. */
const MAX_EVENT_BYTES = 4 * 2 ** 20;

/** Of a larger one, so much is kept of its end, where it says what was used. */
const TAIL_BYTES = 2 ** 16;

const DECODER = new TextDecoder();

const LF = 10;
const CR = 13;
/** The first bytes of `data`, `event`, and a BOM before them. No other line says anything to us. */
const TELLING: readonly (number | undefined)[] = [0x64, 0x65, 0xef];

/**
 * Splits a stream into its events, keeping every byte. Chunks may be cut anywhere. An event is
 * returned as soon as its last byte has been pushed. The cost is one for each event that holds
 * something, and little for each byte: neighboring blocks without an event are one piece.
 *
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 *
 * @example
 * new SseParser().push(new TextEncoder().encode('data: hi\n\n'))[0].event // { event: '', data: 'hi' }
 */
export class SseParser {
  readonly #maxEventBytes: number;
  /** The beginning of the open block, from earlier chunks. */
  readonly #held = new ByteBuffer();
  /** The open block is too large: what is known of it has been returned. */
  #oversized = false;
  /** The end of such a block. */
  readonly #tail = new ByteBuffer();
  /** The open block has a line of an event. */
  #tells = false;
  #lineIsEmpty = true;
  /** The last byte was a CR: an LF that follows belongs to the same line end. */
  #afterCr = false;
  /** In the present chunk: where the bytes that belong to no piece yet begin, and the open block. */
  #from = 0;
  #block = 0;

  constructor(maxEventBytes: number = MAX_EVENT_BYTES) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** The pieces that `chunk` completes. */
  push(chunk: Uint8Array): SsePiece[] {
    const pieces: SsePiece[] = [];
    if (chunk.length === 0) return pieces;
    this.#from = 0;
    this.#block = 0;
    let at = this.#afterCr && chunk[0] === LF ? this.#lineFeed(chunk, pieces) : 0;
    while (at < chunk.length) {
      const end = endOfText(chunk, at);
      if (end > at) this.#text(chunk[at]);
      if (end === chunk.length) break;
      at = afterLineEnd(chunk, end);
      this.#endLine(chunk, at, pieces);
    }
    this.#afterCr = chunk.at(-1) === CR;
    this.#filler(chunk, pieces);
    this.#hold(chunk.subarray(this.#block), pieces);
    return pieces;
  }

  /** The rest at the end of the stream. An event without its blank line counts as complete. */
  end(): SsePiece[] {
    if (this.#held.length === 0 && !this.#oversized) return [];
    return [this.#piece(new Uint8Array(0), this.#tells ? 'event' : 'filler')];
  }

  /** The bytes that belong to no piece yet. */
  held(): Uint8Array {
    return this.#held.view().slice();
  }

  /** The LF of a CR LF that was cut in two. Returns where to go on. */
  #lineFeed(chunk: Uint8Array, pieces: SsePiece[]): number {
    if (this.#held.length > 0 || this.#oversized) return 1;
    pieces.push({ bytes: chunk.subarray(0, 1), kind: 'line-feed', event: undefined });
    this.#from = 1;
    this.#block = 1;
    return 1;
  }

  #text(first: number | undefined): void {
    if (!this.#lineIsEmpty) return;
    this.#lineIsEmpty = false;
    if (TELLING.includes(first)) this.#tells = true;
  }

  /** A line ends before `at`; if it is a blank one, so does the block. */
  #endLine(chunk: Uint8Array, at: number, pieces: SsePiece[]): void {
    const isBlank = this.#lineIsEmpty;
    this.#lineIsEmpty = true;
    if (!isBlank) return;
    const isFiller = !this.#tells && !this.#oversized;
    if (isFiller && this.#held.length === 0) {
      this.#block = at;
      return;
    }
    this.#filler(chunk, pieces);
    pieces.push(this.#piece(chunk.subarray(this.#block, at), isFiller ? 'filler' : 'event'));
    this.#from = at;
    this.#block = at;
  }

  /** Everything before the open block. */
  #filler(chunk: Uint8Array, pieces: SsePiece[]): void {
    if (this.#from === this.#block) return;
    const bytes = chunk.subarray(this.#from, this.#block);
    pieces.push({ bytes, kind: 'filler', event: undefined });
  }

  /** Ends the open block with these bytes. */
  #piece(last: Uint8Array, whole: 'event' | 'filler'): SsePiece {
    const bytes = this.#held.length === 0 ? last : joined([this.#held.view(), last]);
    const isFragment = this.#oversized || bytes.length > this.#maxEventBytes;
    const tells = this.#tells;
    this.#held.clear();
    this.#oversized = false;
    this.#tells = false;
    if (isFragment) return { bytes, kind: 'fragment', event: this.#cutEvent(bytes, tells) };
    return { bytes, kind: whole, event: whole === 'event' ? parseEvent(bytes) : undefined };
  }

  /** A large block ends with these bytes. */
  #cutEvent(last: Uint8Array, tells: boolean): SseEvent | undefined {
    this.#keepTail(last);
    const data = DECODER.decode(this.#tail.view());
    this.#tail.clear();
    return tells ? { event: '', data, isCut: true } : undefined;
  }

  #keepTail(bytes: Uint8Array): void {
    this.#tail.append(bytes.subarray(-TAIL_BYTES));
    if (this.#tail.length > TAIL_BYTES) this.#tail.keepLast(TAIL_BYTES);
  }

  #hold(rest: Uint8Array, pieces: SsePiece[]): void {
    if (rest.length === 0) return;
    if (this.#oversized) {
      this.#keepTail(rest);
      pieces.push({ bytes: rest, kind: 'fragment', event: undefined });
      return;
    }
    this.#held.append(rest);
    if (this.#held.length <= this.#maxEventBytes) return;
    const held = this.held();
    this.#keepTail(held);
    pieces.push({ bytes: held, kind: 'fragment', event: undefined });
    this.#held.clear();
    this.#oversized = true;
  }
}

/** Where the line's text ends that goes on at `at`. */
function endOfText(chunk: Uint8Array, at: number): number {
  let end = at;
  while (end < chunk.length && chunk[end] !== LF && chunk[end] !== CR) end += 1;
  return end;
}

function afterLineEnd(chunk: Uint8Array, at: number): number {
  return chunk[at] === CR && chunk[at + 1] === LF ? at + 2 : at + 1;
}

/** The fields of an event, from the bytes of its block. A BOM before the first one is no part of it. */
export function parseEvent(bytes: Uint8Array): SseEvent {
  const text = DECODER.decode(bytes);
  let event = '';
  let data: string | undefined;
  for (const line of text.split(text.includes('\r') ? /\r\n|\r|\n/ : '\n')) {
    const more = fieldOf(line, 'data');
    if (more === undefined) event = fieldOf(line, 'event') ?? event;
    else data = data === undefined ? more : `${data}\n${more}`;
  }
  return { event, data: data ?? '' };
}

/** The value of the line's field, if it has that name. */
function fieldOf(line: string, name: string): string | undefined {
  if (!line.startsWith(name)) return undefined;
  const { length } = name;
  if (line.length === length) return '';
  if (line[length] !== ':') return undefined;
  return line.slice(line[length + 1] === ' ' ? length + 2 : length + 1);
}
