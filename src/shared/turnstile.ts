/** So many go through at once; the others wait, in the order in which they came. */
export class Turnstile {
  #free: number;
  readonly #pressing: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** `undefined`: it may go at once. `isPressing`: it goes before all that are not. */
  enter(isPressing: boolean): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    const line = isPressing ? this.#pressing : this.#waiting;
    return new Promise((resolve) => line.push(resolve));
  }

  /** Whoever has entered is through. */
  leave(): void {
    const next = this.#pressing.shift() ?? this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
