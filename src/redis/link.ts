import { type Clock, random as chance, systemClock } from '../clock.ts';
import { TimedOut, within } from '../shared/within.ts';
import { expectNumber } from '../validate.ts';
import { probePauseMs, retryPauseMs } from './backoff.ts';
import { CONNECT_TIMEOUT_MS, type Connection } from './connection.ts';
import { failureOf, NotConnected } from './failure.ts';
import { Listeners } from './listeners.ts';
import type { LuaScript } from './lua-script.ts';
import { RedisUnavailable } from './redis-unavailable.ts';
import { redisRemedy } from './remedy.ts';

export interface RedisLinkOptions {
  /**
   * Milliseconds for a script's answer; also how long a script that was refused is tried again.
   * @default 1000
   */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * Milliseconds for one attempt to connect.
   * @default 2000
   */
  readonly connectTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** At least 0, below 1. */
  readonly random?: (() => number) | undefined;
}

export type LinkState =
  | { readonly phase: 'up' }
  | { readonly phase: 'lost'; readonly cause: unknown }
  | { readonly phase: 'closed' };

const COMMAND_TIMEOUT_MS = 1000;
const UP: LinkState = { phase: 'up' };
const CLOSED: LinkState = { phase: 'closed' };

/**
 * Runs scripts over a connection that may fail. Once it is lost, everything fails at once, until a
 * look at the server, from time to time, finds it back.
 */
export class RedisLink {
  readonly #connection: Connection;
  readonly #commandTimeoutMs: number;
  readonly #connectTimeoutMs: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listeners = new Listeners<[LinkState]>();
  #state = UP;
  /** How often the state has changed: what was asked before says nothing about what came after. */
  #epoch = 0;
  #stopProbing: () => void = () => {};

  /** @throws TypeError where a timeout isn't a positive number */
  constructor(connection: Connection, options: RedisLinkOptions = {}) {
    const {
      commandTimeoutMs = COMMAND_TIMEOUT_MS,
      connectTimeoutMs = CONNECT_TIMEOUT_MS,
      clock = systemClock,
      random = chance,
    } = options;
    expectNumber('commandTimeoutMs', commandTimeoutMs, 'a positive number', (ms) => ms > 0);
    expectNumber('connectTimeoutMs', connectTimeoutMs, 'a positive number', (ms) => ms > 0);
    this.#connection = connection;
    this.#commandTimeoutMs = commandTimeoutMs;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#clock = clock;
    this.#random = random;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Calls `listener` at each change of the state. Returns a function that ends that. */
  onChange(listener: (state: LinkState) => void): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * What `script` answers. Where it was surely not run it is tried again, for as long as an answer
   * may take; where it may have run it is not.
   *
   * @throws RedisUnavailable where there is no answer; the server's own error where it is one
   */
  async run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const giveUpAt = this.#clock.now() + this.#commandTimeoutMs;
    for (let retries = 0; ; retries++) {
      this.#expectUp();
      const epoch = this.#epoch;
      try {
        return await this.#ask(() => this.#connection.run(script, keys, args));
      } catch (error) {
        const pauseMs = retryPauseMs(retries, this.#random);
        const isLate = this.#clock.now() + pauseMs >= giveUpAt;
        const isHopeless = failureOf(error) !== 'refused' || redisRemedy(error) !== undefined;
        if (isLate || isHopeless) throw this.#failed(error, epoch, keys[0] ?? '');
        await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, pauseMs));
      }
    }
  }

  /** Closes what was opened, and fails every run from now on. */
  close(): void {
    if (this.#state.phase === 'closed') return;
    this.#become(CLOSED);
    this.#listeners.clear();
    this.#connection.close();
  }

  #expectUp(): void {
    const state = this.#state;
    if (state.phase === 'up') return;
    const cause = state.phase === 'lost' ? state.cause : new Error('The link was closed');
    throw new RedisUnavailable(cause, false);
  }

  async #ask<T>(question: () => Promise<T>, isBackground?: boolean): Promise<T> {
    try {
      await this.#connection.prepare();
      const connecting = this.#connection.connect();
      await within(connecting, this.#connectTimeoutMs, this.#clock, isBackground);
    } catch (error) {
      if (error instanceof TimedOut) this.#connection.reset();
      const message = error instanceof Error ? error.message : 'Not connected';
      throw new NotConnected(message, { cause: error });
    }
    return within(question(), this.#commandTimeoutMs, this.#clock, isBackground);
  }

  /** The error to throw for the last failure of a run; the link is lost where it says so. */
  #failed(error: unknown, epoch: number, key: string): unknown {
    const failure = failureOf(error);
    if (failure === 'script') return error;
    if (failure !== 'cut' && epoch === this.#epoch) this.#lose(error, key);
    return new RedisUnavailable(error, failure !== 'refused');
  }

  #lose(cause: unknown, key: string): void {
    const since = this.#clock.now();
    if (cause instanceof TimedOut) this.#connection.reset();
    this.#become({ phase: 'lost', cause });
    this.#probeLater(since, key, this.#epoch);
  }

  #probeLater(since: number, key: string, epoch: number): void {
    if (epoch !== this.#epoch) return;
    const pauseMs = probePauseMs(this.#clock.now() - since, this.#random);
    const probe = async (): Promise<void> => {
      const isBack = await this.#answers(key);
      if (!isBack) this.#probeLater(since, key, epoch);
      else if (epoch === this.#epoch) this.#become(UP);
    };
    // A lost server is no reason to keep a process alive that has nothing else to do.
    this.#stopProbing = this.#clock.setTimeout(() => void probe(), pauseMs, true);
  }

  async #answers(key: string): Promise<boolean> {
    try {
      await this.#ask(() => this.#connection.ping(key), true);
      return true;
    } catch (error) {
      if (error instanceof TimedOut) this.#connection.reset();
      return failureOf(error) === 'script';
    }
  }

  #become(state: LinkState): void {
    this.#stopProbing();
    this.#state = state;
    this.#epoch += 1;
    this.#listeners.tell(state);
  }
}
