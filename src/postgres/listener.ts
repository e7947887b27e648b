import type { Clock } from '../clock.ts';
import type { PostgresConnection, PostgresPool } from './postgres-client.ts';

const SHORT_PAUSE_MS = 50;
const LONG_PAUSE_MS = 2000;

export interface ListenerOptions {
  readonly pool: () => Promise<PostgresPool>;
  readonly channel: string;
  readonly hear: (text: string) => void;
  /** The statement that shows others that this member listens. */
  readonly live: string;
  readonly clock: Clock;
}

/** A connection that listens on one channel, and a new one whenever it breaks. */
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
      if (!this.#isClosed) await this.#listen(await pool.connect());
    } catch {
      this.#again();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPause();
    this.#end();
  }

  async #listen(connection: PostgresConnection): Promise<void> {
    const { channel, hear, live } = this.#options;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      this.#isLive = false;
      connection.release(true);
      this.#again();
    };
    this.#end = end;
    connection.on('error', end);
    connection.on('end', end);
    connection.on('notification', (message) => {
      if (message.channel === channel) hear(message.payload ?? '');
    });
    try {
      await connection.query({ text: `LISTEN "${channel}"` });
      await connection.query({ text: live, values: [channel] });
    } catch (error) {
      end();
      throw error;
    }
    this.#isLive = !isOver;
    this.#failures = 0;
  }

  #again(): void {
    if (this.#isClosed) return;
    this.#cancelPause();
    const pauseMs = Math.min(LONG_PAUSE_MS, SHORT_PAUSE_MS * 2 ** this.#failures++);
    this.#cancelPause = this.#options.clock.setTimeout(() => void this.open(), pauseMs, true);
  }
}
