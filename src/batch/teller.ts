import type { Clock } from '../clock.ts';

export interface Telling<Progress> {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly listener: ((progress: Progress) => void) | undefined;
  /** `undefined` where there is nothing to tell. */
  progress(): Progress | undefined;
}

/** Tells a listener of progress, from time to time and at the end. Its failure is its own. */
export class Teller<Progress> {
  readonly #telling: Telling<Progress>;
  #cancel: () => void = () => {};

  constructor(telling: Telling<Progress>) {
    this.#telling = telling;
  }

  begin(): void {
    const { clock, everyMs, listener } = this.#telling;
    if (listener === undefined) return;
    this.#cancel = clock.setTimeout(() => {
      this.#tell();
      this.begin();
    }, everyMs);
  }

  /** Tells for the last time. */
  end(): void {
    this.#cancel();
    this.#tell();
  }

  #tell(): void {
    const { listener, progress } = this.#telling;
    const known = listener && progress();
    if (known === undefined) return;
    try {
      Promise.resolve(listener?.(known)).catch(() => {});
    } catch {
      // There is nobody here who could act on it.
    }
  }
}
