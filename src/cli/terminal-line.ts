/// <reference types="node" />
import { Writable } from 'node:stream';
import { createLogUpdate } from 'log-update';
import type { Io } from './io.ts';

const USUAL_COLUMNS = 80;
const BAR = 24;

/** The terminal, as a stream. */
class Terminal extends Writable {
  readonly isTTY = true;
  readonly #io: Io;

  constructor(io: Io) {
    super({ decodeStrings: false });
    this.#io = io;
  }

  /** Some terminals say that they have none. */
  get columns(): number {
    return this.#io.columns || USUAL_COLUMNS;
  }

  override _write(text: unknown, _: string, done: () => void): void {
    this.#io.err(String(text));
    done();
  }
}

/** What is said on a terminal: lines that stay, and below them a text that changes. */
export class TerminalLine {
  readonly #update: ReturnType<typeof createLogUpdate>;

  constructor(io: Io) {
    // A cursor that is hidden would have to come back after a kill.
    this.#update = createLogUpdate(new Terminal(io), { showCursor: true });
  }

  show(text: string): void {
    this.#update(text);
  }

  /** What stays; the text that changes is gone until it is shown again. */
  say(text: string): void {
    this.#update.persist(text);
  }
}

/** A bar of the share that is done. */
export function bar(share: number): string {
  const full = Math.round(BAR * Math.min(1, Math.max(0, share)));
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}
