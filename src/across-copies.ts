/**
 * Something that all copies of this library in a process share, however often it was bundled or
 * installed. Its form must never change under the same name: copies of other versions use it too.
 */
export function acrossCopies<T>(name: string, make: () => T): T {
  const known = foundAcrossCopies<T>(name);
  if (known !== undefined) return known;
  const made = make();
  Reflect.set(globalThis, symbolOf(name), made);
  return made;
}

/** The same, where a copy has made it. */
export function foundAcrossCopies<T>(name: string): T | undefined {
  return Reflect.get(globalThis, symbolOf(name));
}

function symbolOf(name: string): symbol {
  return Symbol.for(`llm-headroom.${name}`);
}
