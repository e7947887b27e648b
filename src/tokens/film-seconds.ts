import type { Base64Bytes } from './base64-bytes.ts';

const MOVIE = 0x6d6f6f76; // 'moov'
const MOVIE_HEADER = 0x6d766864; // 'mvhd'
/** A film has a handful of boxes, or a few for each of its fragments. */
const MOST_BOXES = 64;
const HEAD = 8;
/** The size follows the head, in eight bytes. */
const LONG = 1;

/**
 * How long an MP4 or QuickTime film is, from its header alone (ISO/IEC 14496-12, 8.2.2); `undefined`
 * where it has none.
 */
export function filmSeconds(bytes: Base64Bytes): number | undefined {
  const movie = boxAt(bytes, 0, MOVIE);
  const header = movie === undefined ? undefined : boxAt(bytes, movie + HEAD, MOVIE_HEADER);
  if (header === undefined) return undefined;
  const isLong = bytes.at(header + HEAD) === 1;
  const scale = bytes.bigEndian(header + HEAD + (isLong ? 20 : 12), 4);
  const duration = bytes.bigEndian(header + HEAD + (isLong ? 24 : 16), isLong ? 8 : 4);
  return scale > 0 && duration >= 0 ? duration / scale : undefined;
}

/** Where the first box of a type begins, among those that follow each other from `start` on. */
function boxAt(bytes: Base64Bytes, start: number, type: number): number | undefined {
  let at = start;
  for (let box = 0; box < MOST_BOXES; box += 1) {
    if (bytes.bigEndian(at + 4, 4) === type) return at;
    const size = bytes.bigEndian(at, 4);
    const length = size === LONG ? bytes.bigEndian(at + HEAD, 8) : size;
    if (length < HEAD) return undefined; // none, or the rest of the file
    at += length;
  }
  return undefined;
}
