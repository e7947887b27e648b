import type { Clock } from '../clock.ts';

/** When a member has to do something by itself, in its own clock's time. */
export interface Due {
  /** To say something. */
  readonly speakAt: number;
  /** To look into the cell; `Infinity` for the writer. */
  readonly lookAt: number;
  /** To decide. */
  readonly serveAt: number;
}

/** The one timer of a member, and what has come due by it. */
export class Agenda {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #cancel: () => void = () => {};
  /** The cell is to be looked at. */
  mustLook = false;
  /** When the member heard of the value last. */
  newsAt: number;
  /** When it was heard last. */
  saidAt: number;
  /** When what can wait is to be said. */
  speakBy: number = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
    this.newsAt = clock.now();
    this.saidAt = this.newsAt;
  }

  /** Others have heard of the member. That is no news of the value: who only speaks still has to look. */
  said(): void {
    this.saidAt = this.#clock.now();
  }

  /** Sets the timer anew. Calls `speak` before the ring if that is due. */
  set({ speakAt, lookAt, serveAt }: Due, speak: () => void, isBackground: boolean): void {
    this.cancel();
    const ring = (): void => {
      const now = this.#clock.now();
      if (now >= speakAt) speak();
      if (now >= lookAt) this.mustLook = true;
      this.#ring();
    };
    const delayMs = Math.min(speakAt, lookAt, serveAt) - this.#clock.now();
    if (delayMs === Number.POSITIVE_INFINITY) return;
    this.#cancel = this.#clock.setTimeout(ring, Math.max(1, delayMs), isBackground);
  }

  cancel(): void {
    this.#cancel();
  }
}
