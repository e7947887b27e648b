/** A JSON object from upstream or from a caller: nothing in it is trusted. */
export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that `text` holds; `undefined` where it is no JSON, or something else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function stringIn(body: JsonObject, key: string): string | undefined {
  const value = body[key];
  return typeof value === 'string' ? value : undefined;
}

/** The first of `keys` that holds a number of at least 0. */
export function countIn(body: JsonObject, ...keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = body[key];
    if (typeof value === 'number' && value >= 0) return value;
  }
  return undefined;
}
