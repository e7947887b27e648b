import type { Reason } from '../events.ts';
import type { Forecast } from './forecast.ts';

/** What a store says of the first call that waits: for what, and how long still. */
export interface StoreWait {
  readonly reason: Reason;
  readonly waitMs: number;
}

/**
 * What only a store knows of calls that wait: that they have to, and for how long. What is to be
 * told of them is told once the question that was asked after they had come is answered, or not
 * asked at all. Time is a parameter.
 */
export class StoreWord {
  /** Of calls that nobody has been asked about yet, and of those under question. */
  #unasked: (() => void)[] = [];
  #asked: (() => void)[] = [];
  #last: { readonly reason: Reason; readonly until: number } | undefined;

  /** `tell` is called once it is known whether a call that has just come has to wait. */
  await(tell: () => void): void {
    this.#unasked.push(tell);
  }

  /** A question is asked: about all calls that have come. */
  asking(): void {
    this.#asked = [...this.#asked, ...this.#unasked];
    this.#unasked = [];
  }

  /** The question is answered: calls that have had their answer still wait. */
  answered(wait: StoreWait | undefined, now: number): void {
    this.#last = wait && { reason: wait.reason, until: now + wait.waitMs };
    this.#tell();
  }

  /** Nobody is asked. */
  tellAll(): void {
    this.asking();
    this.#tell();
  }

  /** Calls that nobody has been asked about are gone. */
  forget(): void {
    this.#unasked = [];
  }

  /** What the store has said last knows of other processes' calls. */
  correct(forecast: Forecast, now: number): Forecast {
    if (this.#last === undefined) return forecast;
    const { reason, until } = this.#last;
    const waitMs = until - now;
    return waitMs > forecast.waitMs ? { waitMs, reason, limitOf: 'lane' } : forecast;
  }

  #tell(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (const tell of asked) tell();
  }
}
