import type { Cell } from '../../src/shared/cell.ts';
import type { Store } from '../../src/shared/store.ts';

/** A store that counts what is asked of cells with such a name. */
export class CountingStore implements Store {
  readonly member: string;
  readonly close: Store['close'];
  asked = 0;
  readonly #store: Store;
  readonly #name: string;

  constructor(store: Store, name: string) {
    this.#store = store;
    this.#name = name;
    this.member = store.member;
    this.close = () => store.close();
  }

  open(
    name: string,
    ...rest: Parameters<Store['open']> extends [string, ...infer R] ? R : never
  ): Cell {
    const cell = this.#store.open(name, ...rest);
    if (!name.includes(this.#name)) return cell;
    return new Proxy(cell, {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          if (method !== 'listen') this.asked += 1;
          return Reflect.apply(value, target, given);
        };
      },
    });
  }
}
