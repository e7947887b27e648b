/// <reference types="node" />
import * as fs from 'node:fs';
import { Journal, type JournalStore } from '../batch-api/journal.ts';
import { IdSet } from './id-set.ts';
import type { Io } from './io.ts';
import { linesOf } from './lines.ts';

/** Where the batches of a file of results are recorded. */
export function journalPath(output: string): string {
  return `${output}.batches`;
}

/** A journal in a file: each line is on the disk before anything depends on it. */
export class JournalFile implements JournalStore {
  readonly journal: Journal;
  readonly #path: string;
  readonly #fd: number;
  readonly #write: NonNullable<Io['write']>;

  private constructor(path: string, lines: readonly string[], write: Io['write']) {
    this.#path = path;
    this.#fd = fs.openSync(path, 'a');
    this.#write = write ?? ((fd, bytes) => fs.writeSync(fd, bytes));
    this.journal = new Journal(this, lines, new IdSet());
  }

  /** Opens it, or makes it. A torn last line is cut off: nothing depends on it. */
  static async open(path: string, write: Io['write']): Promise<JournalFile> {
    const lines: string[] = [];
    for await (const { text, isEnded, offset } of fs.existsSync(path) ? linesOf(path) : []) {
      if (isEnded) lines.push(text);
      else fs.truncateSync(path, offset);
    }
    return new JournalFile(path, lines, write);
  }

  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    const { size } = fs.fstatSync(this.#fd);
    try {
      for (let at = 0; at < bytes.length; ) at += this.#write(this.#fd, bytes.subarray(at));
      fs.fdatasyncSync(this.#fd);
    } catch (error) {
      fs.ftruncateSync(this.#fd, size);
      throw error;
    }
  }

  /** `isOver`: nobody needs it any more. */
  close(isOver: boolean): void {
    fs.closeSync(this.#fd);
    if (isOver && this.journal.open.size === 0) fs.rmSync(this.#path);
  }
}

/** How many batches are open in a journal, without touching it. */
export async function openBatchesIn(path: string): Promise<number> {
  if (!fs.existsSync(path)) return 0;
  const lines: string[] = [];
  for await (const { text } of linesOf(path)) lines.push(text);
  return new Journal({ append: () => {} }, lines).open.size;
}
