/** What a terminal shows, as far as the demo writes to it: lines, redrawing, bold text. */
export class Screen {
  readonly #rows: number;
  #lines: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #isBold = false;

  constructor(rows: number) {
    this.#rows = rows;
  }

  write(text: string): void {
    for (const [token] of text.matchAll(TOKEN)) this.#take(token);
  }

  /** The lines that are seen: the last ones. */
  lines(): Span[][] {
    return this.#lines.slice(-this.#rows).map(spansOf);
  }

  #take(token: string): void {
    if (token === '\r') this.#column = 0;
    else if (token === '\n') this.#down();
    else if (token === '\x1b[K') this.#line().splice(this.#column);
    else if (token === '\x1b[A') this.#row = Math.max(0, this.#row - 1);
    else if (token === '\x1b[1m') this.#isBold = true;
    else if (token === '\x1b[22m') this.#isBold = false;
    else if (!token.startsWith('\x1b')) this.#print(token);
  }

  #print(character: string): void {
    const line = this.#line();
    while (line.length < this.#column) line.push({ character: ' ', isBold: false });
    line[this.#column++] = { character, isBold: this.#isBold };
  }

  #down(): void {
    this.#column = 0;
    this.#row++;
    if (this.#row === this.#lines.length) this.#lines.push([]);
  }

  #line(): Cell[] {
    return this.#lines[this.#row] ?? [];
  }
}

/** Text of one kind. */
export interface Span {
  readonly text: string;
  readonly isBold: boolean;
}

interface Cell {
  readonly character: string;
  readonly isBold: boolean;
}

/** A control sequence, or a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what it finds
const TOKEN = /\x1b\[[\d;]*[A-Za-z]|[\s\S]/gu;

function spansOf(line: readonly Cell[]): Span[] {
  const spans: Span[] = [];
  for (const { character, isBold } of line) {
    const last = spans.at(-1);
    if (last?.isBold !== isBold) spans.push({ text: character, isBold });
    else spans[spans.length - 1] = { text: last.text + character, isBold };
  }
  return spans;
}
