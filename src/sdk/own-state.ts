/**
 * Gives a clone what `withOptions` doesn't pass on: what was set on the client after it was made
 * (a key, an own method, anything of the caller's), and which options it was made with, for the
 * SDKs ask whether a timeout was among them. The clone's own objects stay: they belong to it.
 */
export function keepState(client: object, clone: object): void {
  for (const [name, value] of Object.entries(client)) {
    const isOfClone = Object.hasOwn(clone, name) && isReference(value);
    if (!isOfClone && Reflect.get(clone, name) !== value) Reflect.set(clone, name, value);
  }
  const [given, passed] = [client, clone].map((each) => Reflect.get(each, '_options'));
  if (isReference(given) && isReference(passed)) {
    Reflect.set(clone, '_options', { ...passed, timeout: undefined, ...given });
  }
}

/** The method of the client's class, whatever has been put over it on the client itself. */
export function classMethod<C extends object, M extends keyof C>(client: C, name: M): C[M] {
  return Reflect.get(Object.getPrototypeOf(client), name, client);
}

function isReference(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
