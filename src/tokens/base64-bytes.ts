/** A line of base64, and the break after it (RFC 2045: 76 characters; PEM has 64). */
const FIRST_LINE = /^([A-Za-z0-9+/_-]{4,252})(\r?\n)/;

/** Decodes single bytes of a base64 text on demand. */
export class Base64Bytes {
  readonly #text: string;
  readonly #start: number;
  /** Lengths of a line and of its break; without breaks, all of the text is one line. */
  readonly #line: number;
  readonly #break: number;

  /** `text` is base64 from `start` on, on one line or on lines of one length. */
  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
    const [, line, end] = FIRST_LINE.exec(text.slice(start, start + 256)) ?? [];
    this.#line = line?.length ?? Number.POSITIVE_INFINITY;
    this.#break = end?.length ?? 0;
  }

  /** The bytes of a base64 `data:` URL; `undefined` for any other text. */
  static ofDataUrl(url: string): Base64Bytes | undefined {
    const head = /^data:[^,]{0,256};base64,/i.exec(url.slice(0, 300));
    return head === null ? undefined : new Base64Bytes(url, head[0].length);
  }

  /** The byte at an index; -1 beyond the end, or where the text is not base64. */
  at(index: number): number {
    const place = Math.floor(index / 3) * 4 + (index % 3);
    const high = this.#sextet(place);
    const low = this.#sextet(place + 1);
    if (high < 0 || low < 0) return -1;
    const shift = 2 * (index % 3);
    return ((high << (shift + 2)) | (low >> (4 - shift))) & 255;
  }

  /** `length` bytes as one big-endian number; -1 if a byte is missing. */
  bigEndian(index: number, length: number): number {
    let value = 0;
    for (let at = index; at < index + length; at += 1) {
      const byte = this.at(at);
      if (byte < 0) return -1;
      value = value * 256 + byte;
    }
    return value;
  }

  /** `length` bytes as one little-endian number; -1 if a byte is missing. */
  littleEndian(index: number, length: number): number {
    let value = 0;
    for (let at = index + length - 1; at >= index; at -= 1) {
      const byte = this.at(at);
      if (byte < 0) return -1;
      value = value * 256 + byte;
    }
    return value;
  }

  #sextet(place: number): number {
    const breaks = Math.floor(place / this.#line) * this.#break;
    return sextet(this.#text.charCodeAt(this.#start + place + breaks));
  }
}

/** The six bits of a character of base64, of either alphabet; -1 for any other character. */
function sextet(unit: number): number {
  if (unit >= 0x41 && unit <= 0x5a) return unit - 0x41;
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61 + 26;
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30 + 52;
  if (unit === 0x2b || unit === 0x2d) return 62;
  return unit === 0x2f || unit === 0x5f ? 63 : -1;
}
