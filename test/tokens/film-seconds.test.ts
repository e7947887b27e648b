import { expect, test } from 'vitest';
import { Base64Bytes } from '../../src/tokens/base64-bytes.ts';
import { filmSeconds } from '../../src/tokens/film-seconds.ts';

const number = (value: number, length = 4): number[] =>
  Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
const box = (type: string, content: readonly number[]): number[] => [
  ...number(content.length + 8),
  ...[...type].map((character) => character.charCodeAt(0)),
  ...content,
];
const seconds = (film: readonly number[]): number | undefined =>
  filmSeconds(new Base64Bytes(btoa(String.fromCharCode(...film)), 0));

const header = box('mvhd', [
  0,
  0,
  0,
  0,
  ...number(0),
  ...number(0),
  ...number(600),
  ...number(4200),
]);
const longHeader = box('mvhd', [
  ...[1, 0, 0, 0, ...number(0, 8), ...number(0, 8)],
  ...[...number(600), ...number(1200, 8)],
]);

test('the length of a film is in its header, wherever that is', () => {
  expect(seconds([...box('ftyp', [1, 2, 3]), ...box('moov', header)])).toBe(7);
  const long = [...number(1), ...box('mdat', []).slice(4), ...number(20, 8), 1, 2, 3, 4];
  expect(seconds([...long, ...box('moov', header)])).toBe(7);
  expect(seconds([...box('mdat', Array(900).fill(7)), ...box('moov', longHeader)])).toBe(2);
});

test('of anything else it is not known', () => {
  expect(seconds([])).toBeUndefined();
  expect(seconds(box('ftyp', [1, 2, 3]))).toBeUndefined();
  expect(seconds(box('moov', box('trak', [1])))).toBeUndefined();
  expect(seconds([...number(3), ...number(0), ...box('moov', header)])).toBeUndefined();
});
