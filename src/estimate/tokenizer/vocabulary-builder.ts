import type { Job } from '../job.ts';
import { insertToken, NO_RANK, Vocabulary, type VocabularyTables } from './vocabulary.ts';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SPACE = 0x20;
const LINE_FEED = 0x0a;
const PADDING = 0x3d;
/** Inserting a token costs about as much as reading this many characters. */
const INSERT_WORK = 12;

/**
 * Builds a vocabulary from the published list of its ranks, a slice at a time.
 *
 * The list is lines of `! <first rank> <token> <token> …`, each token in base64 and one rank above
 * the token before it. Ranks are only ever compared, so a token's rank here is its place in order.
 */
export class VocabularyBuilder implements Job {
  readonly #list: Uint8Array;
  readonly #sextets = sextetTable();
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;
  #position = 0;
  #filled = 0;
  #tokens = 0;
  #longest = 0;
  #tables: VocabularyTables | undefined;
  #inserted = 0;

  /** @param list - as ASCII */
  constructor(list: Uint8Array) {
    this.#list = list;
    this.#bytes = new Uint8Array(Math.ceil((list.length * 3) / 4));
    // A token takes at least four characters and the space before them.
    this.#offsets = new Uint32Array(Math.ceil(list.length / 5) + 1);
  }

  get done(): boolean {
    return this.#tables !== undefined && this.#inserted === this.#tokens;
  }

  /** The vocabulary, once the builder is done. */
  get vocabulary(): Vocabulary | undefined {
    return this.done && this.#tables ? new Vocabulary(this.#tables) : undefined;
  }

  step(budget: number): number {
    let work = 0;
    while (work < budget && this.#position < this.#list.length) work += this.#readField();
    if (this.#position < this.#list.length) return work;
    const tables = this.#tables ?? this.#allocate();
    this.#tables = tables;
    while (work < budget && this.#inserted < this.#tokens) {
      insertToken(tables, this.#inserted);
      this.#inserted += 1;
      work += INSERT_WORK;
    }
    return work;
  }

  /** Reads one field and what ends it. The first two fields of a line are not tokens. */
  #readField(): number {
    const from = this.#position;
    if (from === 0 || this.#list[from - 1] === LINE_FEED) {
      const offset = this.#list.indexOf(SPACE, from) + 1 || this.#list.length;
      this.#position = this.#list.indexOf(SPACE, offset) + 1 || this.#list.length;
      return this.#position - from;
    }
    this.#readToken();
    this.#position += 1;
    return this.#position - from;
  }

  #readToken(): void {
    const start = this.#filled;
    let bits = 0;
    let held = 0;
    for (; this.#position < this.#list.length; this.#position += 1) {
      const byte = this.#list[this.#position]!;
      if (byte === SPACE || byte === LINE_FEED) break;
      if (byte === PADDING) continue;
      bits = ((bits << 6) | this.#sextets[byte & 127]!) & 0xffff;
      held += 6;
      if (held < 8) continue;
      held -= 8;
      this.#bytes[this.#filled] = (bits >> held) & 255;
      this.#filled += 1;
    }
    if (this.#filled === start) return;
    this.#tokens += 1;
    this.#offsets[this.#tokens] = this.#filled;
    this.#longest = Math.max(this.#longest, this.#filled - start);
  }

  #allocate(): VocabularyTables {
    // Half full at most: a miss looks at two slots on average.
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1, this.#tokens) * 2));
    return {
      bytes: this.#bytes.slice(0, this.#filled),
      offsets: this.#offsets.slice(0, this.#tokens + 1),
      slots: new Int32Array(slots),
      pairs: new Int32Array(2 ** 16).fill(NO_RANK),
      longest: this.#longest,
    };
  }
}

function sextetTable(): Uint8Array {
  const table = new Uint8Array(128);
  for (let value = 0; value < BASE64.length; value += 1) table[BASE64.charCodeAt(value)] = value;
  return table;
}
