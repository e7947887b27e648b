/**
 * Makes an object's methods work whatever they are called on: taken out of it, or read through a
 * Proxy, on which its private fields don't exist.
 */
export function bindMethods(object: object, methodsOf: object): void {
  for (const name of Object.getOwnPropertyNames(methodsOf)) {
    const { value } = Object.getOwnPropertyDescriptor(methodsOf, name) ?? {};
    if (typeof value !== 'function' || name === 'constructor') continue;
    const bound = { value: value.bind(object), writable: true, configurable: true };
    Object.defineProperty(object, name, bound);
  }
}
