/** The headers of images, as far as a size has to be found in them. */

const be = (value: number, length: number): number[] =>
  Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
const le = (value: number, length: number): number[] => be(value, length).reverse();
const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));

export const png = (width: number, height: number): number[] => [
  ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13],
  ...ascii('IHDR'),
  ...be(width, 4),
  ...be(height, 4),
  ...[8, 6, 0, 0, 0],
];

/** With an EXIF segment, a fill byte and a table before the frame. */
export const jpeg = (width: number, height: number): number[] => [
  ...[0xff, 0xd8, 0xff, 0xe1, ...be(3002, 2), ...Array(3000).fill(0xc0)],
  ...[0xff, 0xff, 0xc4, 0, 4, 1, 2],
  ...[0xff, 0xc2, 0, 17, 8, ...be(height, 2), ...be(width, 2), 3],
];

export const gif = (width: number, height: number): number[] => [
  ...ascii('GIF89a'),
  ...le(width, 2),
  ...le(height, 2),
];

const webp = (kind: string, chunk: readonly number[]): number[] => [
  ...ascii('RIFF'),
  ...le(1000, 4),
  ...ascii('WEBP'),
  ...ascii(kind),
  ...le(900, 4),
  ...chunk,
];

export const webpLossy = (width: number, height: number): number[] =>
  webp('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, ...le(width, 2), ...le(height, 2)]);

export const webpLossless = (width: number, height: number): number[] =>
  webp('VP8L', [0x2f, ...le(width - 1 + (height - 1) * 0x4000, 4)]);

export const webpExtended = (width: number, height: number): number[] =>
  webp('VP8X', [0, 0, 0, 0, ...le(width - 1, 3), ...le(height - 1, 3)]);

export const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');

export const pngDataUrl = (width: number, height: number): string =>
  `data:image/png;base64,${base64(png(width, height))}`;
