import { Rests } from '../batch/rests.ts';
import type { Clock } from '../clock.ts';

/** Whether a run goes on. All its parts ask here, and rest here. */
export class RunControl {
  readonly #rests: Rests;
  #failure: { readonly reason: unknown } | undefined;
  #isCanceled = false;

  constructor(clock: Clock) {
    this.#rests = new Rests(clock);
  }

  /** Nothing more is submitted, and batches end with what they have. */
  get isCanceled(): boolean {
    return this.#isCanceled;
  }

  /** @throws the reason, where the run was stopped */
  expectGoingOn(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  /** Resolves after that time; earlier where the run is stopped or canceled. */
  rest(ms: number): Promise<void> {
    return this.#rests.rest(ms);
  }

  /** The run is over; batches stay as they are. The first reason counts. */
  stop(reason: unknown): void {
    this.#failure ??= { reason };
    this.#rests.end();
  }

  cancel(): void {
    this.#isCanceled = true;
    this.#rests.wake();
  }
}
