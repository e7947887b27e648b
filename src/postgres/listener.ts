import type { Clock } from '../clock.ts';
import { TimedOut, within } from '../shared/within.ts';
import type { PostgresConnection, PostgresPool } from './postgres-client.ts';
import type { Statements } from './statements.ts';

const SHORT_PAUSE_MS = 50;
const LONG_PAUSE_MS = 2000;
/** Before it is tried once more whether a pool passes messages on that didn't. */
const UNHEARD_PAUSE_MS = 60_000;
const PROBE_MS = 1000;

export interface ListenerOptions {
  readonly pool: () => Promise<PostgresPool>;
  readonly channel: string;
  readonly hear: (text: string) => void;
  readonly statements: Pick<Statements, 'probe' | 'live'>;
  readonly clock: Clock;
}

/**
 * A connection that listens on one channel, and a new one whenever it breaks. A pooler may take what
 * is sent to it for another's: only where a message arrives is it live.
 */
export class Listener {
  readonly #options: ListenerOptions;
  #isLive = false;
  #end: () => void = () => {};
  #failures = 0;
  #isClosed = false;
  #cancelPause: () => void = () => {};

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Resolves once it listens, or this attempt has failed. */
  async open(): Promise<void> {
    try {
      const pool = await this.#options.pool();
      // The only connection is needed for everything else.
      if (this.#isClosed || pool.options?.max === 1) return;
      await this.#listen(pool, await pool.connect());
    } catch (error) {
      if (error instanceof TimedOut) this.#again(UNHEARD_PAUSE_MS);
      else this.#again(Math.min(LONG_PAUSE_MS, SHORT_PAUSE_MS * 2 ** this.#failures++));
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPause();
    this.#end();
  }

  async #listen(pool: PostgresPool, connection: PostgresConnection): Promise<void> {
    const { channel, hear, statements } = this.#options;
    const probe = crypto.randomUUID();
    let arrive = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const isOver = this.#until(connection, arrive);
    connection.on('notification', (message) => {
      if (message.channel !== channel) return;
      if (message.payload === probe) arrive();
      else hear(message.payload ?? '');
    });
    try {
      connection.unref?.();
      await connection.query({ text: `LISTEN "${channel}"` });
      const probing = pool.query({ text: statements.probe, values: [channel, probe] });
      await within(Promise.all([probing, arrival]), PROBE_MS, this.#options.clock, true);
      await connection.query({ text: statements.live, values: [channel] });
      if (isOver()) throw new Error('The connection has ended');
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#isLive = true;
    this.#failures = 0;
  }

  /** Ends what is listened to with its connection. Returns whether it has ended. */
  #until(connection: PostgresConnection, onEnd: () => void): () => boolean {
    let isOver = false;
    this.#end = (): void => {
      if (isOver) return;
      isOver = true;
      onEnd();
      connection.release(true);
      if (this.#isLive) this.#again(SHORT_PAUSE_MS);
      this.#isLive = false;
    };
    connection.on('error', this.#end);
    connection.on('end', this.#end);
    if (this.#isClosed) this.#end();
    return () => isOver;
  }

  #again(pauseMs: number): void {
    if (this.#isClosed) return;
    this.#cancelPause();
    this.#cancelPause = this.#options.clock.setTimeout(() => void this.open(), pauseMs, true);
  }
}
