import type { Job } from '../job.ts';

/** The tokens of a vocabulary. */
export interface Tokens {
  /** The bytes of all tokens, one after the other, by rank. */
  readonly bytes: Uint8Array;
  /** Token `rank` is `bytes[offsets[rank] .. offsets[rank + 1]]`. */
  readonly offsets: Uint32Array;
  /** The length of the longest token in bytes. */
  readonly longest: number;
}

/** How many tokens, and bytes in them, there is room for to begin with. */
export interface InitialSize {
  readonly tokens: number;
  readonly bytes: number;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SPACE = 0x20;
const LINE_FEED = 0x0a;
const PADDING = 0x3d;
/** What of each line is no token: a mark, and the rank of the first one. */
const FIELDS_BEFORE = 2;

/**
 * Reads the published list of a vocabulary's ranks, a chunk at a time and each of them in slices.
 *
 * The list is lines of `! <first rank> <token> <token> …`, each token in base64 and one rank above
 * the token before it. Ranks are only ever compared, so a token's rank here is its place in order.
 */
export class RankReader implements Job {
  readonly #sextets = sextetTable();
  #bytes: Uint8Array;
  #offsets: Uint32Array;
  #chunk: Uint8Array = new Uint8Array();
  #position = 0;
  /** Of the line. */
  #field = 0;
  /** What was read of the current token's bits, and how many of them are no byte yet. */
  #bits = 0;
  #held = 0;
  #filled = 0;
  #count = 0;
  #longest = 0;

  /** @param room - grows where there is more; memory that was outgrown waits for the collector */
  constructor({ tokens, bytes }: InitialSize) {
    this.#bytes = new Uint8Array(bytes);
    this.#offsets = new Uint32Array(tokens + 1);
  }

  /** Whether all of the chunk has been read. */
  get done(): boolean {
    return this.#position === this.#chunk.length;
  }

  /** Goes on with the next chunk, as ASCII; the one before it must have been read. */
  take(chunk: Uint8Array): this {
    this.#chunk = chunk;
    this.#position = 0;
    return this;
  }

  step(budget: number): number {
    const from = this.#position;
    const end = Math.min(this.#chunk.length, from + budget);
    this.#makeRoom(end - from);
    while (this.#position < end) {
      const byte = this.#chunk[this.#position]!;
      if (byte === SPACE || byte === LINE_FEED) this.#endField(byte);
      else if (this.#field >= FIELDS_BEFORE && byte !== PADDING) this.#readSextet(byte);
      this.#position += 1;
    }
    return end - from;
  }

  /** The tokens, now that the list is at its end. */
  finish(): Tokens {
    this.#endField(LINE_FEED);
    return {
      bytes: this.#bytes.subarray(0, this.#filled),
      offsets: this.#offsets.subarray(0, this.#count + 1),
      longest: this.#longest,
    };
  }

  #readSextet(byte: number): void {
    this.#bits = ((this.#bits << 6) | this.#sextets[byte & 127]!) & 0xffff;
    this.#held += 6;
    if (this.#held < 8) return;
    this.#held -= 8;
    this.#bytes[this.#filled] = (this.#bits >> this.#held) & 255;
    this.#filled += 1;
  }

  #endField(by: number): void {
    this.#field = by === LINE_FEED ? 0 : this.#field + 1;
    this.#held = 0;
    const length = this.#filled - this.#offsets[this.#count]!;
    if (length === 0) return;
    this.#count += 1;
    if (this.#count === this.#offsets.length) this.#offsets = longer(this.#offsets);
    this.#offsets[this.#count] = this.#filled;
    this.#longest = Math.max(this.#longest, length);
  }

  /** Four characters of the list are three bytes of tokens at most. */
  #makeRoom(characters: number): void {
    const needed = this.#filled + characters;
    if (needed <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * needed);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

function longer(offsets: Uint32Array): Uint32Array {
  const all = new Uint32Array(2 * offsets.length);
  all.set(offsets);
  return all;
}

function sextetTable(): Uint8Array {
  const table = new Uint8Array(128);
  for (let value = 0; value < BASE64.length; value += 1) table[BASE64.charCodeAt(value)] = value;
  return table;
}
