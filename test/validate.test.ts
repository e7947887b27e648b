import { expect, test } from 'vitest';
import { kindOf, shown } from '../src/validate.ts';

class Client {
  readonly apiKey = 'sk-secret';
}

const cycle: Record<string, unknown> = { name: 'a' };
cycle.self = cycle;
const twice = { rpm: 1 };
const broken = {
  toJSON(): never {
    throw new Error('no');
  },
};

test.each([
  ['a text', 'most', 'most'],
  ['a text that is too long', 'x'.repeat(200), `${'x'.repeat(80)}…`],
  ['a number', -1, '-1'],
  ['nothing', undefined, 'undefined'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a class', Client, 'class Client'],
  ['a function', Array.isArray, 'function isArray'],
  [
    'a function without a name',
    (
      () => () =>
        1
    )(),
    'function',
  ],
  ['an object', { rpm: '500' }, '{"rpm":"500"}'],
  ['a list', [1, null], '[1,null]'],
  ['an object without a prototype', Object.create(null), '{}'],
  ['a long list', Array.from({ length: 1000 }, () => 7), `[${'7,'.repeat(39)}7…`],
  ['an instance, in which there may be a key', new Client(), 'Client'],
  ['an object that holds one', { limiter: new Client() }, '{"limiter":"Client"}'],
  ['a promise', Promise.resolve(1), 'Promise'],
  ['a cycle', cycle, '{"name":"a","self":"(itself)"}'],
  ['the same object twice, which is no cycle', [twice, twice], '[{"rpm":1},{"rpm":1}]'],
  ['what JSON has no word for', { a: 1n, b: Array.isArray }, '{"a":"1","b":"function isArray"}'],
  ['what can’t be shown', broken, '…'],
])('%s is shown in a message so that it can be read', (_, value, text) => {
  expect(shown(value)).toBe(text);
});

test('the kind of a value tells null and lists from objects', () => {
  expect([null, [], {}, 5, () => 1].map(kindOf)).toEqual([
    'null',
    'array',
    'object',
    'number',
    'function',
  ]);
});
