import type { WriteStream } from 'node:tty';
import { columnsOf } from './terminal.ts';

const CLEAR_LINE = '\r\x1b[K';
const LINE_UP = '\x1b[A';
const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5000;

/** Shows how far the work is: on a terminal in lines that change, else in new ones now and then. */
export class Progress {
  readonly #lines: () => readonly string[];
  readonly #out: WriteStream;
  readonly #timer: NodeJS.Timeout;
  #shown = 0;

  constructor(lines: () => readonly string[], out: WriteStream) {
    this.#lines = lines;
    this.#out = out;
    this.#timer = out.isTTY
      ? setInterval(() => this.above(() => {}), REDRAW_MS)
      : setInterval(() => out.write(`${lines().join('\n')}\n`), PLAIN_LINE_MS);
  }

  /** Lets `write` write whole lines, above the progress where that is lines that change. */
  above(write: () => void): void {
    this.#clear();
    write();
    this.#draw();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    if (!this.#out.isTTY) return;
    const lines = this.#lines().map((line) => line.slice(0, columnsOf(this.#out) - 1));
    this.#out.write(lines.join('\n'));
    this.#shown = lines.length;
  }

  #clear(): void {
    if (this.#shown === 0) return;
    this.#out.write(CLEAR_LINE + `${LINE_UP}${CLEAR_LINE}`.repeat(this.#shown - 1));
    this.#shown = 0;
  }
}
