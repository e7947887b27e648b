import { asyncStorage } from './async-storage.ts';
import { callIdOf, LISTENERS } from './model/call-id.ts';

const storage = () => asyncStorage<string>('call names');

/** Runs `callback`, all of whose calls have that name for whoever watches them. */
export function named<R>(name: string, callback: () => R): R {
  const known = LISTENERS.size === 0 ? undefined : storage();
  return known === undefined ? callback() : known.run(name, callback);
}

/** The name of the calls for one of `items`. */
export function nameOfItem(index: number): string {
  return `items[${index}]`;
}

/** Of calls that fail, no event tells: the oldest names are forgotten. */
const MOST_NAMES = 20_000;

/** The names that programs have given to calls since it was made. */
export class CallNames {
  readonly #names = new Map<string, string>();

  constructor() {
    LISTENERS.add(this.#note);
  }

  readonly #note = (number: number): void => {
    const name = storage()?.getStore();
    if (name === undefined) return;
    const [oldest] = this.#names.size >= MOST_NAMES ? this.#names.keys() : [];
    if (oldest !== undefined) this.#names.delete(oldest);
    this.#names.set(callIdOf(number), name);
  };

  /** The name of a call that has ended, which is forgotten; without one, its `callId`. */
  take(callId: string): string {
    const name = this.#names.get(callId);
    this.#names.delete(callId);
    return name ?? callId;
  }

  stop(): void {
    LISTENERS.delete(this.#note);
  }
}
