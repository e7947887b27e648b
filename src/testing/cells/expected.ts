/** Fails unless both are the same, as JSON. */
export function same(actual: unknown, wanted: unknown): void {
  const [is, ought] = [shown(actual), shown(wanted)];
  if (is !== ought) throw new Error(`Expected ${ought}, got ${is}`);
}

/** Fails unless `actual` has these members, among others. */
export function has(actual: object, wanted: object): void {
  const among = Object.keys(wanted).map((key) => [key, Reflect.get(actual, key)]);
  same(Object.fromEntries(among), wanted);
}

export function holds(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`Expected that ${what}`);
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
