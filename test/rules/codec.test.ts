import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Codec,
  flag,
  list,
  Malformed,
  number,
  oneOf,
  optional,
  record,
  table,
  text,
  time,
} from '../../src/rules/codec.ts';
import { laneState } from '../../src/rules/lane-codec.ts';
import { ownLimits } from '../../src/rules/own-limits-codec.ts';
import { laneOf } from './lanes.ts';
import { stored } from './limits/stored.ts';

const NUMBERS = fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0));
const NAMES = fc.string().filter((name) => name !== '__proto__');

interface Everything {
  readonly amount: number;
  readonly at: number;
  readonly isSo: boolean;
  readonly word: string;
  readonly kind: 'one' | 'other';
  readonly level: 1 | 2;
  readonly maybe: number | undefined;
  readonly all: readonly number[];
  readonly byName: Readonly<Record<string, boolean>>;
}

const everything: Codec<Everything> = record<Everything>({
  amount: number,
  at: time,
  isSo: flag,
  word: text,
  kind: oneOf(['one', 'other'] as const),
  level: oneOf([1, 2] as const),
  maybe: optional(number),
  all: list(number),
  byName: table(flag),
});

const values: fc.Arbitrary<Everything> = fc.record({
  amount: NUMBERS,
  at: fc.oneof(
    fc.integer({ min: -1e12, max: 2e12 }),
    fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  ),
  isSo: fc.boolean(),
  word: fc.string(),
  kind: fc.constantFrom('one', 'other'),
  level: fc.constantFrom<(1 | 2)[]>(1, 2),
  maybe: fc.option(NUMBERS, { nil: undefined }),
  all: fc.array(NUMBERS),
  byName: fc.dictionary(NAMES, fc.boolean()),
});

/** What unpacking comes to: a value, or that it is none. */
function read<T>(codec: Codec<T>, packed: unknown): 'a value' | 'malformed' {
  try {
    codec.unpack(packed, 0);
    return 'a value';
  } catch (error) {
    expect(error).toBeInstanceOf(Malformed);
    return 'malformed';
  }
}

describe('a value', () => {
  it('is read as it was written, whatever the time', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 2e12 }), (value, at) => {
        expect(stored(everything, value, at)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('is written as a list of its fields: times relative to the value’s, constants by index', () => {
    const value = { amount: Number.POSITIVE_INFINITY, at: 1005, isSo: true, word: 'x' } as const;
    const rest = {
      kind: 'other',
      level: 1,
      maybe: undefined,
      all: [1],
      byName: { a: false },
    } as const;
    const packed = everything.pack({ ...value, ...rest }, 1000);
    expect(packed).toEqual(['+', 5, 1, 'x', 1, 0, null, [1], { a: 0 }]);
  });
});

describe('what is no value', () => {
  it.each<[string, Codec<unknown>, readonly unknown[]]>([
    ['number', number, ['1', null, Number.NaN, true, [], 'constructor', '__proto__']],
    ['time', time, ['1', null, {}]],
    ['flag', flag, [true, 2, '1', null]],
    ['text', text, [1, null, ['a']]],
    ['constant', oneOf(['a', 'b']), [2, -1, 0.5, 'a', '0', null]],
    ['list', list(number), [{}, 'ab', null, [1, 'x'], { length: 1 }]],
    ['table', table(number), [[], null, 'a', { a: 'x' }]],
    ['record', record<{ a: number }>({ a: number }), [[], [1, 2], { a: 1 }, ['x'], null]],
  ])('is told as such: no %s', (_, codec, packed) => {
    for (const each of packed) expect([each, read(codec, each)]).toEqual([each, 'malformed']);
  });

  it('is never another error, whatever was read', () => {
    const lane = laneState.pack(laneOf(3), 0);
    const codecs = [everything, laneState, ownLimits] as const;
    fc.assert(
      fc.property(fc.constantFrom(...codecs), fc.jsonValue(), (codec, packed) => {
        read<unknown>(codec, packed);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.jsonValue(), (path, garbage) => {
        const spoiled = replaced(structuredClone(lane), path, garbage);
        read(laneState, spoiled);
      }),
      { numRuns: 2000 },
    );
  });

  it('is quoted in the error, in part', () => {
    const long = 'x'.repeat(500);
    expect(() => number.unpack(long, 0)).toThrow(/^Expected a number, got "x{99}$/);
    expect(() => flag.unpack(undefined, 0)).toThrow('Expected 0 or 1, got undefined');
  });
});

/** The value with something else at a place in it. */
function replaced(
  value: unknown,
  [index = 0, ...path]: readonly number[],
  other: unknown,
): unknown {
  if (typeof value !== 'object' || value === null) return other;
  const keys = Object.keys(value);
  const key = keys[index % Math.max(1, keys.length)];
  if (key === undefined || path.length === 0) return other;
  const inner: unknown = Reflect.get(value, key);
  Reflect.set(value, key, replaced(inner, path, other));
  return value;
}
