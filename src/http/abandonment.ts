/** Some runtimes have no finalizers. There, listeners are never called. */
const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<() => void>((listener) => listener());

/**
 * Calls `listener` some time after `target` was garbage-collected. Only a fallback: this may happen
 * late or never. `listener` must not reference `target`. Returns a function that removes it.
 */
export function whenAbandoned(target: WeakKey, listener: () => void): () => void {
  registry?.register(target, listener, listener);
  return () => registry?.unregister(listener);
}
