import { acrossCopies } from './across-copies.ts';

/** The part of Node's `AsyncLocalStorage` that is used; Deno, Bun and Workers have it as well. */
export interface AsyncStorage<T> {
  run<R>(value: T, callback: () => R): R;
  getStore(): T | undefined;
}

/** Read without an import: a browser has neither. */
declare const process:
  | {
      getBuiltinModule?: (
        name: string,
      ) => { AsyncLocalStorage?: new () => AsyncStorage<never> } | undefined;
    }
  | undefined;

/** A storage under a name, one for all copies of this library; `undefined` where the runtime has none. */
export function asyncStorage<T>(name: string): AsyncStorage<T> | undefined {
  if (typeof process === 'undefined') return undefined;
  const AsyncLocalStorage = process.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage;
  if (AsyncLocalStorage === undefined) return undefined;
  return acrossCopies<AsyncStorage<T>>(name, () => new AsyncLocalStorage());
}
