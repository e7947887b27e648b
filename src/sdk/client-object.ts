/**
 * Copies to a clone what `withOptions` doesn't: properties that were set after construction (a key,
 * an own method), and the original options, because the SDKs check whether a timeout was among
 * them. Objects that the clone already has of its own are kept.
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

/** Whether all of `names` are methods of `value`, its own or inherited. */
export function hasMethods(value: object, names: readonly string[]): boolean {
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** The method of the client's class, even if the client itself has an own one of that name. */
export function classMethod<C extends object, M extends keyof C>(client: C, name: M): C[M] {
  return Reflect.get(Object.getPrototypeOf(client), name, client);
}

function isReference(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
