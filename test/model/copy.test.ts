import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyOfValue } from '../../src/model/copy.ts';

const leaf = fc.oneof(
  fc.constantFrom(undefined, null, true, false, Number.POSITIVE_INFINITY),
  fc.double({ noNaN: true }),
  fc.string(),
);
const plain = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('value')),
  object: fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
})).value;

function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

it('any plain value: its copy is equal, and has no object in common with it', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const copy = copyOfValue(value);
      expect(copy).toEqual(structuredClone(value));
      const originals = new Set(objectsIn(value));
      expect(objectsIn(copy).filter((each) => originals.has(each))).toEqual([]);
    }),
  );
});
