/**
 * Reads values of which nothing is known: answers of a provider, bodies of a caller. Nothing here
 * throws: not for wrong types, getters that throw, revoked proxies, or lists with a made-up length.
 */

/** Any JSON object: nothing is known about its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** More than fit into any context window; a list that claims to be longer is cut. */
const MAX_ELEMENTS = 1_000_000;

/** The value that `text` holds; `undefined` where it isn't JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether it is an object that isn't a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

export function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false; // a revoked proxy
  }
}

/** Whether it is a finite number that isn't negative. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

/** A property of an object or a list; `undefined` where there is none or it can't be read. */
export function field(value: unknown, key: string | number | symbol): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

/** A property that is a string, or `''`. */
export function textField(value: unknown, key: string): string {
  const found = field(value, key);
  return typeof found === 'string' ? found : '';
}

/** A property that is a count, or 0. */
export function countField(value: unknown, key: string): number {
  const found = field(value, key);
  return isCount(found) ? found : 0;
}

/** The member of `value` at the end of `path`; `undefined` where the path leaves the objects. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = isObject(at) ? field(at, key) : undefined;
  return at;
}

export function stringMember(value: unknown, ...path: readonly string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function countMember(value: unknown, ...path: readonly string[]): number | undefined {
  const found = member(value, ...path);
  return isCount(found) ? found : undefined;
}

/** How many elements a list has; 0 for anything else. */
export function lengthOf(value: unknown): number {
  return isList(value) ? Math.floor(countField(value, 'length')) : 0;
}

/** The elements of a list; none of anything else. */
export function* elementsOf(value: unknown): Generator<unknown> {
  const length = Math.min(lengthOf(value), MAX_ELEMENTS);
  for (let index = 0; index < length; index += 1) yield field(value, index);
}

/** The names of an object's own enumerable properties. */
export function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

/** A body as an object, also where it is given as its JSON text. */
export function bodyOf(given: unknown): unknown {
  return typeof given === 'string' ? (parseJson(given) ?? given) : given;
}
