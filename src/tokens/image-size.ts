import type { Base64Bytes } from './base64-bytes.ts';

/** Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

type SizeReader = (bytes: Base64Bytes) => ImageSize | undefined;

/** The size of a PNG, JPEG, GIF or WebP image, from its header alone; `undefined` if it has none. */
export function imageSize(bytes: Base64Bytes): ImageSize | undefined {
  const reader = READERS.get(bytes.bigEndian(0, 2));
  const size = reader?.(bytes);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}

/** PNG (RFC 2083): the IHDR chunk comes first. */
const pngSize: SizeReader = (bytes) => ({
  width: bytes.bigEndian(16, 4),
  height: bytes.bigEndian(20, 4),
});

/** GIF89a: the logical screen. */
const gifSize: SizeReader = (bytes) => ({
  width: bytes.littleEndian(6, 2),
  height: bytes.littleEndian(8, 2),
});

/** A JPEG's segments before its frame: a few, and some of them large (EXIF, color profiles). */
const MAX_SEGMENTS = 500;

/** JPEG (ITU T.81): the size is in the start of frame, found by going from segment to segment. */
const jpegSize: SizeReader = (bytes) => {
  let at = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment += 1) {
    const marker = bytes.bigEndian(at, 2);
    if (marker === 0xffff) {
      at += 1; // a fill byte
      continue;
    }
    if (marker >> 8 !== 0xff) return undefined;
    if (isStartOfFrame(marker & 255)) {
      return { height: bytes.bigEndian(at + 5, 2), width: bytes.bigEndian(at + 7, 2) };
    }
    const length = bytes.bigEndian(at + 2, 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
};

/** SOF0 to SOF15 but for DHT (C4), JPG (C8) and DAC (CC). */
function isStartOfFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** WebP (RFC 9649): a RIFF container with one of three kinds of first chunk. */
const webpSize: SizeReader = (bytes) => {
  switch (bytes.bigEndian(12, 4)) {
    case 0x56503820: // 'VP8 '
      return { width: lossyEdge(bytes, 26), height: lossyEdge(bytes, 28) };
    case 0x5650384c: // 'VP8L'
      return losslessSize(bytes.littleEndian(21, 4));
    case 0x56503858: // 'VP8X'
      return { width: bytes.littleEndian(24, 3) + 1, height: bytes.littleEndian(27, 3) + 1 };
    default:
      return undefined;
  }
};

/** 14 bits; the two above them say how to scale it up for display (RFC 6386, 9.1). */
function lossyEdge(bytes: Base64Bytes, index: number): number {
  const edge = bytes.littleEndian(index, 2);
  return edge < 0 ? edge : edge & 0x3fff;
}

/** Two numbers of 14 bits, each one less than an edge. */
function losslessSize(packed: number): ImageSize | undefined {
  if (packed < 0) return undefined;
  return { width: (packed % 0x4000) + 1, height: (Math.floor(packed / 0x4000) % 0x4000) + 1 };
}

/** By the first two bytes of the file. */
const READERS: ReadonlyMap<number, SizeReader> = new Map([
  [0x8950, pngSize],
  [0xffd8, jpegSize],
  [0x4749, gifSize],
  [0x5249, webpSize],
]);
