import { expect, it } from 'vitest';
import { numberOfText } from '../../src/model/fnv.ts';

// http://www.isthe.com/chongo/src/fnv/test_fnv.c
it.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['b', 0xe70c2de5],
  ['foobar', 0xbf9cf968],
])('hashes %j as the authors of FNV-1a do', (text, hash) => {
  expect(numberOfText(text)).toBe(hash);
});
