import { type Cost, DIMENSIONS, type Dimension } from '../model/limits.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** As JSON for a script: what isn't finite is left out, as is what is `undefined`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'number' && !Number.isFinite(each) ? undefined : each,
  );
}

/** The object that a script has answered with; `undefined` where it is none. */
export function objectFrom(text: unknown): JsonObject | undefined {
  try {
    return asObject(JSON.parse(String(text)));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value)) : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The items that `read` can read. */
export function asList<T>(value: unknown, read: (item: JsonObject) => T | undefined): T[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => {
    const object = asObject(item);
    const known = object && read(object);
    return known === undefined ? [] : [known];
  });
}

/** The values of an object that are of the kind that `read` reads, by their names. */
export function asRecord<T>(
  value: unknown,
  read: (value: unknown) => T | undefined,
): Record<string, T> {
  const record: Record<string, T> = {};
  for (const [name, each] of Object.entries(asObject(value) ?? {})) {
    const known = read(each);
    if (known !== undefined) record[name] = known;
  }
  return record;
}

export function asOneOf<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value);
}

export function asDimension(value: unknown): Dimension | undefined {
  return asOneOf(value, DIMENSIONS);
}

export function asCost(value: unknown): Cost {
  const amounts = asRecord(value, asNumber);
  return Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, amounts[dimension] ?? 0]));
}
