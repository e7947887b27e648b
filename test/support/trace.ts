import type { VirtualClock } from '../../src/testing/index.ts';

/** What happened when, as lines: `'1200 start b'`. */
export class Trace {
  readonly lines: string[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Notes `what` at the present instant. */
  note(what: string): void {
    this.lines.push(`${this.#clock.now()} ${what}`);
  }
}
