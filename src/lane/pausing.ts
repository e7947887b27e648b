import type { Clock } from '../clock.ts';
import { wholeMs } from '../duration.ts';
import type { GuardedEmitter, LaneRef } from '../events.ts';
import { Alarm } from './alarm.ts';
import type { Pause, Recovery } from './recovery.ts';

/** The lane that pauses. */
export interface PausingHost extends LaneRef {
  readonly clock: Clock;
  readonly emitter: GuardedEmitter;
  readonly recovery: Recovery;
  /** Whether calls wait for the end of a pause: only then does a timer run. */
  readonly isAwaited: () => boolean;
  /** It has been told that nothing goes from now on. */
  begun(pause: Pause): void;
  /** The pause is over, after so long. */
  ends(pause: Pause, pausedMs: number): void;
  /** That has been told: what may go, goes on. */
  ended(): void;
}

/** Stops a lane while a pause lasts, and tells when one begins and ends. */
export class Pausing {
  readonly #host: PausingHost;
  readonly #end: Alarm;

  constructor(host: PausingHost) {
    this.#host = host;
    this.#end = new Alarm(host.clock);
  }

  /** When the pause in force ends, in milliseconds; `undefined` where there is none. */
  get until(): number | undefined {
    const { pause } = this.#host.recovery;
    return pause !== undefined && pause.until > this.#now ? pause.until : undefined;
  }

  /** A pause that `recovery` has begun. */
  begin(pause: Pause): void {
    this.#emit('paused', pause);
    this.#host.begun(pause);
    this.watch();
  }

  /** Ends the pause if it is over, or when it is over, if calls wait for that. */
  watch(): void {
    const { recovery, isAwaited } = this.#host;
    const { pause } = recovery;
    this.#end.cancel();
    if (pause === undefined) return;
    const waitMs = pause.until - this.#now;
    if (waitMs <= 0) this.#resume(pause);
    else if (isAwaited()) this.#end.set(() => this.#resume(pause), waitMs);
  }

  /** It ends no more. */
  stop(): void {
    this.#end.cancel();
  }

  #resume(pause: Pause): void {
    this.#host.ends(pause, retryAfterMs(pause));
    this.#host.recovery.resume();
    this.#emit('resumed', pause);
    this.#host.ended();
  }

  #emit(event: 'paused' | 'resumed', pause: Pause): void {
    const { lane, model, emitter } = this.#host;
    const { cause } = pause;
    const ms = retryAfterMs(pause);
    const told = { lane, model, cause, retryAfterMs: ms, until: Math.ceil(pause.until) };
    if (event === 'paused') emitter.emit(event, told);
    else emitter.emit(event, { ...told, pausedMs: ms });
  }

  get #now(): number {
    return this.#host.clock.now();
  }
}

function retryAfterMs({ since, until }: Pause): number {
  return wholeMs(until - since);
}
