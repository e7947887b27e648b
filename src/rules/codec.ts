import { type Cost, DIMENSIONS, type Dimension } from '../model/limits.ts';

/** A value in a store's own form: JSON without names, so that it stays small. */
export type Packed =
  | null
  | number
  | string
  | readonly Packed[]
  | { readonly [key: string]: Packed };

/**
 * How values of one type are written and read. `at` is the time of the value, in milliseconds since
 * the epoch: times are written relative to it.
 */
export interface Codec<T> {
  pack(value: T, at: number): Packed;
  /** @throws Malformed for what is no such value */
  unpack(packed: unknown, at: number): T;
}

/** The value that a text of a store holds; `undefined` where it holds none. */
export function read<T>(codec: Codec<T>, text: string, at: number): T | undefined {
  try {
    return codec.unpack(JSON.parse(text), at);
  } catch {
    return undefined;
  }
}

/** What was read is no value of the expected type. */
export class Malformed extends Error {
  override readonly name = 'Malformed';

  constructor(expected: string, actual: unknown) {
    super(`Expected ${expected}, got ${JSON.stringify(actual)?.slice(0, 100)}`);
  }
}

/** JSON has no infinite numbers. */
const INFINITE: ReadonlyMap<unknown, number> = new Map([
  ['+', Number.POSITIVE_INFINITY],
  ['-', Number.NEGATIVE_INFINITY],
]);

/** What is no number would be read as a value that was lost: it must not be written. */
function packNumber(value: number): Packed {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new Malformed('a number', value);
  if (value === Number.POSITIVE_INFINITY) return '+';
  return value === Number.NEGATIVE_INFINITY ? '-' : value;
}

function unpackNumber(packed: unknown): number {
  if (typeof packed === 'number' && Number.isFinite(packed)) return packed;
  const infinite = INFINITE.get(packed);
  if (infinite === undefined) throw new Malformed('a number', packed);
  return infinite;
}

/** Any number but NaN. */
export const number: Codec<number> = { pack: packNumber, unpack: unpackNumber };

/** A moment, in milliseconds since the epoch. */
export const time: Codec<number> = {
  pack: (value, at) => packNumber(value - at),
  unpack: (packed, at) => unpackNumber(packed) + at,
};

export const flag: Codec<boolean> = {
  pack: (value) => (value ? 1 : 0),
  unpack: (packed) => {
    if (packed !== 0 && packed !== 1) throw new Malformed('0 or 1', packed);
    return packed === 1;
  },
};

function expectText(value: unknown): string {
  if (typeof value !== 'string') throw new Malformed('a text', value);
  return value;
}

export const text: Codec<string> = {
  pack: expectText,
  unpack: expectText,
};

/** One of a few constants, written as its index. */
export function oneOf<T extends string | number>(options: readonly T[]): Codec<T> {
  return {
    pack: (value) => options.indexOf(value),
    unpack: (packed) => {
      const option = typeof packed === 'number' ? options[packed] : undefined;
      if (option === undefined) throw new Malformed(`one of ${options.join(', ')}`, packed);
      return option;
    },
  };
}

/** `undefined` is written as null. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    pack: (value, at) => (value === undefined ? null : codec.pack(value, at)),
    unpack: (packed, at) => (packed === null ? undefined : codec.unpack(packed, at)),
  };
}

export function list<T>(codec: Codec<T>): Codec<T[]> {
  return {
    pack: (values, at) => values.map((value) => codec.pack(value, at)),
    unpack: (packed, at) => {
      if (!Array.isArray(packed)) throw new Malformed('a list', packed);
      return packed.map((each) => codec.unpack(each, at));
    },
  };
}

/** A table by names that aren't known beforehand. */
export function table<T>(codec: Codec<T>): Codec<Record<string, T>> {
  return {
    pack: (values, at) => {
      const entries = Object.entries(values).map(([key, each]) => [key, codec.pack(each, at)]);
      return Object.fromEntries(entries);
    },
    unpack: (packed, at) => {
      if (typeof packed !== 'object' || packed === null || Array.isArray(packed)) {
        throw new Malformed('a table', packed);
      }
      const entries = Object.entries(packed).map(([key, each]) => [key, codec.unpack(each, at)]);
      return Object.fromEntries(entries);
    },
  };
}

/** The codecs of a record's fields. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> };

/** A record, written as the list of its fields in the order of `fields`. */
export function record<T extends object>(fields: Fields<T>): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return {
    pack: (value, at) => names.map((name) => fields[name].pack(value[name], at)),
    unpack: (packed, at) => {
      if (!Array.isArray(packed) || packed.length !== names.length) {
        throw new Malformed(`a record of ${names.length} fields`, packed);
      }
      const entries = names.map((name, i) => [name, fields[name].unpack(packed[i], at)]);
      return Object.fromEntries(entries) as T;
    },
  };
}

export const dimension: Codec<Dimension> = oneOf(DIMENSIONS);

/** Amounts by dimension; zeros are left out. */
export const cost: Codec<Cost> = table(number);
