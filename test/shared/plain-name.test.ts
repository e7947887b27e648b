import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainName } from '../../src/shared/plain-name.ts';

test.each(['lane/api.openai.com/gpt-4o', 'budget/tiers/86400000/ab%', 'лане/模型 😀\n:{}'])(
  'an ordinary name stays as it is: %j',
  (name) => {
    expect(plainName(name)).toBe(name);
  },
);

test('a zero and half a pair are written out', () => {
  expect(plainName('a\0b\ud800c')).toBe('a%0b%d800c');
});

test('any name is whole text of at most a thousand units', () => {
  const names = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 3000 });
  fc.assert(
    fc.property(names, (units) => {
      const name = plainName(String.fromCharCode(...units));
      expect(name).not.toMatch(/\0|\p{Surrogate}/u);
      expect(new TextEncoder().encode(name).length).toBeLessThan(2000);
    }),
  );
});

test('long names that differ have names that differ', () => {
  const names = [...'abcdefgh'].flatMap((char) => [
    `${char}${'x'.repeat(5000)}`,
    `${'x'.repeat(5000)}${char}`,
    `${'x'.repeat(2000)}${char}${'x'.repeat(3000)}`,
  ]);
  expect(new Set(names.map(plainName)).size).toBe(names.length);
});
