import type { Clock } from '../clock.ts';
import type { Turnstile } from './turnstile.ts';

/** Pauses after failures grow from the first to the second. */
const SHORT_PAUSE_MS = 20;
const LONG_PAUSE_MS = 500;

export interface SerialLoopOptions {
  readonly step: () => Promise<void>;
  /** Whenever there is nothing to do. */
  readonly onIdle: () => void;
  readonly onFailure: (error: unknown, isFirst: boolean) => void;
  readonly onRecovery: () => void;
  /** Whether nobody waits for what it does: its pauses after failures keep no process alive. */
  readonly isBackground: () => boolean;
  /** Whether the next step can't wait for the steps of other loops. */
  readonly isPressing?: (() => boolean) | undefined;
  /** What the steps of all loops of a store go through. */
  readonly turnstile?: Turnstile | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Runs a step as often as is asked for, one at a time. */
export class SerialLoop {
  readonly #options: SerialLoopOptions;
  #isBusy = false;
  #running: Promise<void> = Promise.resolve();
  /** Ends the pause of the step that is running. */
  #endPause: () => void = () => {};
  #isAgain = false;
  #isStopped = false;
  #failures = 0;

  constructor(options: SerialLoopOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Runs the step once more, after the one that is running. */
  again(): void {
    this.#isAgain = true;
    if (!this.#isBusy) this.#running = this.#run();
  }

  /**
   * For its step: a pause, which ends early where the loop is stopped. Others may wait for the step to
   * end, and so it keeps the process alive.
   */
  wait(ms: number): Promise<void> {
    return this.#pause(ms, false);
  }

  #pause(ms: number, isBackground: boolean): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimeout(resolve, ms, isBackground);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Resolves once no step is running, and none will: in the turn in which the last one ends. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endPause();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    // What is asked for in the same turn goes together.
    await undefined;
    while (this.#isAgain && !this.#isStopped) {
      const { step, turnstile, isPressing } = this.#options;
      const turn = turnstile?.enter(isPressing?.() === true);
      if (turn !== undefined) await turn;
      // What is asked for while it waits is part of the step.
      this.#isAgain = false;
      const stepping = this.#isStopped ? Promise.resolve() : step();
      await stepping.then(
        () => this.#succeeded(),
        (error: unknown) => this.#failed(error),
      );
    }
    this.#isBusy = false;
    if (!this.#isStopped) this.#options.onIdle();
  }

  #succeeded(): void {
    this.#options.turnstile?.leave();
    if (this.#failures > 0) this.#options.onRecovery();
    this.#failures = 0;
  }

  async #failed(error: unknown): Promise<void> {
    this.#options.turnstile?.leave();
    this.#isAgain = true;
    this.#options.onFailure(error, this.#failures++ === 0);
    const longestMs = Math.min(LONG_PAUSE_MS, SHORT_PAUSE_MS * 2 ** this.#failures);
    await this.#pause(this.#options.random() * longestMs, this.#options.isBackground());
  }
}
