/// <reference types="node" />
import { isUtf8 } from 'node:buffer';
import * as fs from 'node:fs';
import { nextTurn } from '../tokens/next-turn.ts';

/** One line of a file, without its end. */
export interface Line {
  /** The first is 1. */
  readonly number: number;
  readonly text: string;
  /** `false`: its bytes are no text, and some of them are lost in `text`. */
  readonly isUtf8: boolean;
  /** As it is in the file. Overwritten when the next line is asked for. */
  readonly bytes: Uint8Array;
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Whether a newline follows: the last line may be torn. */
  readonly isEnded: boolean;
}

const NEWLINE = 0x0a;

/** The lines of a file, of which only one is in memory at a time. */
export async function* linesOf(path: string): AsyncGenerator<Line, void> {
  let [number, offset] = [0, 0];
  let parts: Buffer[] = [];
  const line = (last: Buffer, isEnded: boolean): Line => {
    const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    const text = textOf(bytes, ++number);
    const found = { number, text, isUtf8: isUtf8(bytes), bytes, offset, isEnded };
    offset += bytes.length + (isEnded ? 1 : 0);
    parts = [];
    return found;
  };
  for await (const bytes of chunksOf(path)) {
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      yield line(bytes.subarray(from, at), true);
      from = at + 1;
    }
    // The chunk is overwritten by the next one.
    if (from < bytes.length) parts.push(Buffer.from(bytes.subarray(from)));
  }
  if (parts.length > 0) yield line(Buffer.alloc(0), false);
}

const CHUNK_BYTES = 65_536;
const CHUNKS_PER_TURN = 16;

/**
 * The bytes of a file, each chunk in the place of the last. Read at once: what is asked for a line at
 * a time needn't wait for it.
 */
async function* chunksOf(path: string): AsyncGenerator<Buffer, void> {
  const fd = fs.openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    for (let count = 1; ; count++) {
      const length = fs.readSync(fd, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
      if (count % CHUNKS_PER_TURN === 0) await new Promise<void>(nextTurn);
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** A file may begin with a byte order mark, and its lines end as on Windows. */
function textOf(bytes: Buffer, number: number): string {
  const text = bytes.toString('utf8').replace(/\r$/, '');
  return number === 1 ? text.replace(/^\uFEFF/, '') : text;
}
