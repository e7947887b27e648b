import type { Clock } from '../clock.ts';

/** Told whenever the store is lost or back. */
export type StoreListener = (isUp: boolean, cause?: unknown) => void;

/** A missing answer that comes sooner after all is no loss: the process itself may have been late. */
const GRACE_MS = 400;
/**
 * A store that is back is used after so long: by then each process has noticed, and has told what it
 * used without it.
 */
const RETURN_MS = 1500;

/** Whether a store can be reached: it is lost as long as operations on any of its values fail. */
export class StoreReach {
  readonly #clock: Clock;
  readonly #listeners = new Set<StoreListener>();
  readonly #returning = new Set<() => void>();
  /** Values whose last operation has failed. */
  #failing = 0;
  #cause: unknown;
  #isUp = true;
  #isClosed = false;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why it is lost, while it is. */
  get cause(): unknown {
    return this.#cause;
  }

  /** Calls `listener` whenever the store is lost or back. Returns what ends that. */
  onChange(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls `listener` when the store can be reached again, a while before it is used again. */
  onReturning(listener: () => void): () => void {
    this.#returning.add(listener);
    return () => void this.#returning.delete(listener);
  }

  /** For one more value: what it calls when an operation fails, and, without an error, when one is done. */
  reporter(): (error?: unknown) => void {
    let isFailing = false;
    return (error) => {
      if (this.#isClosed || (error !== undefined) === isFailing) return;
      isFailing = error !== undefined;
      this.#failing += isFailing ? 1 : -1;
      this.#changed(error);
    };
  }

  /** Nobody is told any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#listeners.clear();
    this.#returning.clear();
  }

  #changed(error: unknown): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#failing > 0) {
      this.#cause = error ?? this.#cause;
      if (!this.#isUp) return;
      if (!isTimeout(error)) this.#lost();
      else this.#cancel = this.#clock.setTimeout(() => this.#lost(), GRACE_MS);
    } else if (!this.#isUp) {
      for (const listener of this.#returning) listener();
      this.#cancel = this.#clock.setTimeout(() => this.#back(), RETURN_MS);
    }
  }

  #lost(): void {
    this.#isUp = false;
    for (const listener of [...this.#listeners]) listener(false, this.#cause);
  }

  #back(): void {
    this.#isUp = true;
    this.#cause = undefined;
    for (const listener of [...this.#listeners]) listener(true);
  }
}

/** Whether nothing was answered in time. */
function isTimeout(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimedOut') return true;
  }
  return false;
}
