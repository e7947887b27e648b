/**
 * Gives a clone what `withOptions` doesn't pass on: what was set on the client after it was made
 * (a key, an own method, anything of the caller's). The clone's own objects stay: they belong to it.
 */
export function keepState(client: object, clone: object): void {
  for (const [name, value] of Object.entries(client)) {
    const isOfClone = Object.hasOwn(clone, name) && isReference(value);
    if (!isOfClone && Reflect.get(clone, name) !== value) Reflect.set(clone, name, value);
  }
}

function isReference(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
