/// <reference types="node" />
import * as fs from 'node:fs';
import { CommandError, EXIT } from './exit-code.ts';
import { IdSet } from './id-set.ts';
import { type Line, linesOf } from './lines.ts';
import { isTornResult, readResult } from './result-line.ts';

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
const NEWLINE = new Uint8Array([0x0a]);

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
  readonly #path: string;
  #isSynced = true;
  /** Some file systems don't count links. */
  readonly #countsLinks: boolean;

  private constructor(path: string, known: Opened, write: ResultsOptions['write']) {
    this.found = known.found;
    this.#recorded = known.recorded;
    this.#write = write ?? ((fd, bytes) => fs.writeSync(fd, bytes));
    this.#fd = fs.openSync(path, 'a');
    this.#path = path;
    this.#countsLinks = fs.fstatSync(this.#fd).nlink > 0;
  }

  /**
   * Opens the file, or makes it; mends its end.
   * @throws CommandError for a file of something else, which stays as it is
   */
  static async open(path: string, options: ResultsOptions): Promise<ResultsFile> {
    const known = await mended(path);
    if (options.retryFailed && known.found.failed > 0) {
      await withoutFailures(path);
      return new ResultsFile(path, await mended(path, true), options.write);
    }
    return new ResultsFile(path, known, options.write);
  }

  /** What a file has recorded, without touching it. */
  static async peek(path: string): Promise<{ recorded: IdSet; failures: IdSet }> {
    const { recorded, failures } = await examine(path);
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

  /**
   * What was written is on the disk when it returns.
   * @throws CommandError where nobody could read it there: the file was removed or replaced
   */
  sync(): void {
    if (this.#isSynced) return;
    fs.fdatasyncSync(this.#fd);
    this.#isSynced = true;
    if (!this.#countsLinks || fs.fstatSync(this.#fd).nlink > 0) return;
    const what = `${this.#path} was removed or replaced while it was written`;
    throw new CommandError(`${what}: the results of this run are lost`, EXIT.stopped);
  }

  close(): void {
    try {
      this.sync();
    } finally {
      fs.closeSync(this.#fd);
    }
  }
}

interface Opened {
  readonly found: FoundResults;
  readonly recorded: IdSet;
}

interface Known {
  readonly recorded: IdSet;
  readonly failures: IdSet;
  readonly unreadable: readonly number[];
  /** A last line without an end. */
  readonly open: Line | undefined;
}

/** What is there. A last line without an end is completed where it is whole, else cut off. */
async function mended(path: string, isOurs = false): Promise<Opened> {
  const { recorded, failures, unreadable, open } = await examine(path);
  if (!isOurs && recorded.size === 0 && unreadable.length > 0) {
    throw new CommandError(`${path} contains something other than results: name another file`);
  }
  const torn: FoundResults['torn'] = open === undefined ? 'none' : mend(path, open);
  return { recorded, found: { recorded: recorded.size, failed: failures.size, torn, unreadable } };
}

async function examine(path: string): Promise<Known> {
  const recorded = new IdSet();
  const failures = new IdSet();
  const unreadable: number[] = [];
  let open: Line | undefined;
  for await (const line of fs.existsSync(path) ? linesOf(path) : []) {
    if (!line.isEnded) open = line;
    const result = readResult(line.text);
    if (result === undefined) {
      if (!isNothing(line) && unreadable.length < MOST_TOLD) unreadable.push(line.number);
    } else if (recorded.add(result.customId) && result.isFailed) failures.add(result.customId);
  }
  return { recorded, failures, unreadable, open };
}

/** An empty line, or what is left of a result. */
function isNothing({ text, isEnded }: Line): boolean {
  return text.trim() === '' || (!isEnded && isTornResult(text));
}

/** What isn't left of a result stays, on a line of its own. */
function mend(path: string, { offset, text }: Line): 'completed' | 'cut' {
  const isOurs = isTornResult(text);
  if (isOurs) fs.truncateSync(path, offset);
  else fs.appendFileSync(path, '\n');
  return isOurs ? 'cut' : 'completed';
}

/** A copy without errors takes the file's place in one step. Links to it, and its mode, stay. */
async function withoutFailures(link: string): Promise<void> {
  const path = fs.realpathSync(link);
  const copy = `${path}.new`;
  try {
    const fd = fs.openSync(copy, 'w', 0o600);
    try {
      fs.fchmodSync(fd, fs.statSync(path).mode);
      for await (const { text, bytes } of linesOf(path)) {
        if (readResult(text)?.isFailed !== true) writeWhole(fd, Buffer.concat([bytes, NEWLINE]));
      }
      fs.fdatasyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(copy, path);
  } catch (error) {
    fs.rmSync(copy, { force: true });
    throw error;
  }
}

/** A disk that fills up may take a part of it first. */
function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes.subarray(at));
}
