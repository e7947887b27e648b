import type { Clock } from '../clock.ts';

/** Calls that the provider has refused for reasons of its own: each waits alone before it asks again. */
export class RestingCalls {
  readonly #clock: Clock;
  readonly #wakers = new Set<(error: unknown) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#wakers.size;
  }

  /** Resolves at `until`; rejects with the signal's reason, or with what ends all that rest. */
  async rest(until: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        this.#wakers.delete(wake);
        signal?.removeEventListener('abort', abort);
        cancel();
      };
      const wake = (error: unknown): void => {
        end();
        reject(error);
      };
      const abort = (): void => wake(signal?.reason);
      const cancel = this.#clock.setTimeout(() => {
        end();
        resolve();
      }, until - this.#clock.now());
      this.#wakers.add(wake);
      signal?.addEventListener('abort', abort);
    });
  }

  rejectAll(error: unknown): void {
    for (const wake of [...this.#wakers]) wake(error);
  }
}
