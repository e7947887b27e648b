/// <reference types="node" />
import { createReadStream } from 'node:fs';

/** One line of a file, without its end. */
export interface Line {
  /** The first is 1. */
  readonly number: number;
  readonly text: string;
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
  const line = (isEnded: boolean): Line => {
    const bytes = Buffer.concat(parts);
    const found = { number: ++number, text: textOf(bytes, number), offset, isEnded };
    offset += bytes.length + (isEnded ? 1 : 0);
    parts = [];
    return found;
  };
  for await (const chunk of createReadStream(path)) {
    const bytes: Buffer = chunk;
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      parts.push(bytes.subarray(from, at));
      yield line(true);
      from = at + 1;
    }
    if (from < bytes.length) parts.push(bytes.subarray(from));
  }
  if (parts.length > 0) yield line(false);
}

/** A file may begin with a byte order mark, and its lines end as on Windows. */
function textOf(bytes: Buffer, number: number): string {
  const text = bytes.toString('utf8').replace(/\r$/, '');
  return number === 1 ? text.replace(/^\uFEFF/, '') : text;
}
