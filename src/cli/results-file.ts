/// <reference types="node" />
import * as fs from 'node:fs';
import { IdSet } from './id-set.ts';
import { type Line, linesOf } from './lines.ts';
import { readResult } from './result-line.ts';

export interface ResultsOptions {
  /** Forgets the results that are errors. */
  readonly retryFailed: boolean;
  readonly write?: ((fd: number, bytes: Uint8Array) => number) | undefined;
}

/** What was found in the file as it was opened. */
export interface FoundResults {
  readonly recorded: number;
  readonly failed: number;
  /** What became of a last line without an end. */
  readonly torn: 'none' | 'completed' | 'cut';
  /** Numbers of lines, at most 10, that are no results. They stay, and count for nothing. */
  readonly unreadable: readonly number[];
}

const MOST_TOLD = 10;

/**
 * The file of results: one line for each call that has ended.
 *
 * Invariant: each line is written by one call, at the end of the file, and whole: of a write that
 * fails half-way, nothing stays. So whoever kills the process loses no result that was written, and
 * a power cut those of the last `sync`.
 */
export class ResultsFile {
  readonly found: FoundResults;
  readonly #recorded: IdSet;
  readonly #fd: number;
  readonly #write: (fd: number, bytes: Uint8Array) => number;
  #isSynced = true;

  private constructor(path: string, known: Known, write: ResultsOptions['write']) {
    this.found = known.found;
    this.#recorded = known.recorded;
    this.#write = write ?? ((fd, bytes) => fs.writeSync(fd, bytes));
    this.#fd = fs.openSync(path, 'a');
  }

  /** Opens the file, or makes it; mends its end. */
  static async open(path: string, options: ResultsOptions): Promise<ResultsFile> {
    const known = await examine(path);
    if (options.retryFailed && known.found.failed > 0) {
      await withoutFailures(path);
      return new ResultsFile(path, await examine(path), options.write);
    }
    return new ResultsFile(path, known, options.write);
  }

  /** What a file has recorded, without touching it. */
  static async peek(path: string): Promise<{ recorded: IdSet; failures: IdSet }> {
    const { recorded, failures } = await examine(path, false);
    return { recorded, failures };
  }

  get size(): number {
    return this.#recorded.size;
  }

  has(customId: string): boolean {
    return this.#recorded.has(customId);
  }

  /** @throws the system's error, ENOSPC for one; then the file is as it was */
  append(customId: string, line: string): void {
    const bytes = Buffer.from(line);
    const { size } = fs.fstatSync(this.#fd);
    try {
      for (let at = 0; at < bytes.length; ) at += this.#write(this.#fd, bytes.subarray(at));
    } catch (error) {
      fs.ftruncateSync(this.#fd, size);
      throw error;
    }
    this.#recorded.add(customId);
    this.#isSynced = false;
  }

  /** What was written is on the disk when it returns. */
  sync(): void {
    if (this.#isSynced) return;
    fs.fdatasyncSync(this.#fd);
    this.#isSynced = true;
  }

  close(): void {
    this.sync();
    fs.closeSync(this.#fd);
  }
}

interface Known {
  readonly found: FoundResults;
  readonly recorded: IdSet;
  readonly failures: IdSet;
}

/** Reads what is there. A last line without an end is completed where it is whole, else cut off. */
async function examine(path: string, mends = true): Promise<Known> {
  const recorded = new IdSet();
  const failures = new IdSet();
  const unreadable: number[] = [];
  let torn: FoundResults['torn'] = 'none';
  for await (const line of fs.existsSync(path) ? linesOf(path) : []) {
    const result = readResult(line.text);
    if (!line.isEnded && mends) torn = mend(path, line, result !== undefined);
    if (result === undefined) {
      if (torn !== 'cut' && unreadable.length < MOST_TOLD) unreadable.push(line.number);
      continue;
    }
    if (recorded.add(result.customId) && result.isFailed) failures.add(result.customId);
  }
  const found = { recorded: recorded.size, failed: failures.size, torn, unreadable };
  return { recorded, failures, found };
}

function mend(path: string, { offset }: Line, isWhole: boolean): 'completed' | 'cut' {
  if (isWhole) fs.appendFileSync(path, '\n');
  else fs.truncateSync(path, offset);
  return isWhole ? 'completed' : 'cut';
}

/** A copy without errors takes the file's place in one step. */
async function withoutFailures(path: string): Promise<void> {
  const copy = `${path}.new`;
  const fd = fs.openSync(copy, 'w');
  try {
    for await (const { text } of linesOf(path)) {
      if (readResult(text)?.isFailed !== true) fs.writeSync(fd, `${text}\n`);
    }
    fs.fdatasyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(copy, path);
}
