import type { Clock } from '../clock.ts';
import { Hearing } from '../shared/hearing.ts';
import { TimedOut, within } from '../shared/within.ts';
import type { PostgresConnection, PostgresPool } from './postgres-client.ts';
import { propertyOf } from './rows.ts';
import type { Statements } from './statements.ts';

const SHORT_PAUSE_MS = 50;
const LONG_PAUSE_MS = 2000;
/** Before it is tried once more whether a pool passes messages on that didn't. */
const UNHEARD_PAUSE_MS = 60_000;
const PROBE_MS = 1000;
/** Before it is tried once more to hold a lock that another connection of this process still holds. */
const LOCK_PAUSE_MS = 1000;

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
  readonly #hearing = new Hearing();
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

  /** A message that was sent has not arrived. After several, another connection takes this one's place. */
  unheard(): void {
    if (this.#isLive && this.#hearing.unheard()) this.#end();
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
    // It came after the end: what waits for it to be closed keeps the process alive.
    if (isOver()) return;
    connection.on('notification', (message) => {
      if (message.channel !== channel) return;
      this.#hearing.heard();
      if (message.payload === probe) arrive();
      else hear(message.payload ?? '');
    });
    const listening = async (): Promise<void> => {
      await connection.query({ text: `LISTEN "${channel}"` });
      const probing = pool.query({ text: statements.probe, values: [channel, probe] });
      await Promise.all([probing, arrival]);
    };
    try {
      connection.unref?.();
      await within(listening(), PROBE_MS, this.#options.clock, true);
      await this.#show(connection, isOver);
      if (isOver()) throw new Error('The connection has ended');
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#isLive = true;
    this.#failures = 0;
  }

  /**
   * Shows others that messages are heard. The server may not know for long that a connection of before is
   * dead, which has shown it until now: then this one does so after it.
   */
  async #show(connection: PostgresConnection, isOver: () => boolean): Promise<void> {
    const { channel, statements, clock } = this.#options;
    const showing = connection.query({ text: statements.live, values: [channel] });
    const rows = propertyOf(await within(showing, PROBE_MS, clock, true), 'rows');
    if (Array.isArray(rows) && propertyOf(rows[0], 'live') === true) return;
    const again = (): void => {
      if (!isOver()) void this.#show(connection, isOver).catch(() => {});
    };
    clock.setTimeout(again, LOCK_PAUSE_MS, true);
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
