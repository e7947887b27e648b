import type { Clock } from '../clock.ts';
import { random } from '../clock.ts';
import { probePauseMs } from './backoff.ts';
import type { RedisLink } from './link.ts';
import { Listeners } from './listeners.ts';
import { RedisUnavailable } from './redis-unavailable.ts';
import { remedyFor } from './remedy.ts';
import type { Script } from './script.ts';
import type { ScriptRunner } from './script-runner.ts';

/** What the server has answered instead of running a script. */
interface Fault {
  readonly since: number;
  readonly cause: unknown;
  readonly again: () => Promise<unknown>;
}

/**
 * Whether a store can be asked: its server is there, and runs its scripts. One that answers them
 * with errors (for want of rights, of memory, of a key of ours that is another's) is as good as
 * lost; what has failed is tried again from time to time.
 */
export class Health {
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #listeners = new Listeners<[isUp: boolean, cause?: unknown]>();
  #fault: Fault | undefined;
  #wasUp = true;
  #wasReached = false;
  #isClosed = false;
  #stopProbing: () => void = () => {};

  constructor(link: RedisLink, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    link.onChange(() => this.#changed());
  }

  get isUp(): boolean {
    return this.#link.state.phase === 'up' && this.#fault === undefined;
  }

  /** Why it can't be asked. */
  get cause(): unknown {
    const { state } = this.#link;
    return state.phase === 'lost' ? state.cause : this.#fault?.cause;
  }

  /** What has to be set right for it to be asked at all: only where it never was. */
  get remedy(): string | undefined {
    return this.isUp || this.#wasReached ? undefined : remedyFor(this.cause);
  }

  /** Calls `listener` whenever it becomes another. Returns what ends that. */
  onChange(listener: (isUp: boolean, cause?: unknown) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** What runs that script, and is told what becomes of it. */
  runner(script: Script): ScriptRunner {
    return async (keys, input) => {
      const run = (): Promise<unknown> => this.#link.run(script, keys, [input]);
      try {
        const answer = await run();
        this.#wasReached = true;
        this.#end();
        return answer;
      } catch (error) {
        if (!(error instanceof RedisUnavailable)) this.#begin(error, run);
        throw error;
      }
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#stopProbing();
  }

  #begin(cause: unknown, again: Fault['again']): void {
    if (this.#fault !== undefined || this.#isClosed) return;
    this.#fault = { since: this.#clock.now(), cause, again };
    this.#changed();
    this.#probeLater(this.#fault);
  }

  #end(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    this.#stopProbing();
    this.#changed();
  }

  #probeLater(fault: Fault): void {
    const pauseMs = probePauseMs(this.#clock.now() - fault.since, random);
    const probe = (): void => {
      fault.again().then(
        () => {
          this.#wasReached = true;
          this.#end();
        },
        () => {
          if (this.#fault === fault && !this.#isClosed) this.#probeLater(fault);
        },
      );
    };
    this.#stopProbing = this.#clock.setTimeout(probe, pauseMs, true);
  }

  #changed(): void {
    const { isUp } = this;
    if (isUp === this.#wasUp || this.#link.state.phase === 'closed') return;
    this.#wasUp = isUp;
    this.#listeners.tell(isUp, isUp ? undefined : this.cause);
  }
}
