/** Not every runtime has finalizers: there, nobody learns that an object was abandoned. */
const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<() => void>((listener) => listener());

/**
 * Calls `listener` some time after `target` was collected as garbage: a backstop, for nobody knows
 * when, or whether at all. `listener` must not hold on to `target`. Returns a function that takes
 * the listener off.
 */
export function whenAbandoned(target: WeakKey, listener: () => void): () => void {
  registry?.register(target, listener, listener);
  return () => registry?.unregister(listener);
}
