import type { ClientConnection, Connection } from './connection.ts';
import type { Script } from './script.ts';

/** Loads a client library and returns what makes a new client with it, not connected yet. */
export type ClientSource = () => Promise<() => ClientConnection>;

/**
 * A connection of our own. Its clients don't reconnect by themselves: a new one is made on demand,
 * so that there is one backoff only, and a connection that hangs is given up by whoever notices.
 */
export class OwnConnection implements Connection {
  readonly #source: ClientSource;
  #loading: Promise<() => ClientConnection> | undefined;
  #client: ClientConnection | undefined;
  #isClosed = false;

  constructor(source: ClientSource) {
    this.#source = source;
  }

  async connect(): Promise<void> {
    if (this.#client === undefined || this.#client.isOver) await this.#renew();
    const client = this.#opened();
    try {
      await client.connect();
    } catch (error) {
      if (this.#client === client) this.reset();
      throw error;
    }
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#opened().run(script, keys, args);
  }

  async ping(key?: string): Promise<void> {
    await this.#opened().ping(key);
  }

  reset(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.reset();
  }

  /** Several that wait for the library at once get one client. */
  async #renew(): Promise<void> {
    this.#loading ??= this.#source();
    try {
      const make = await this.#loading;
      if (this.#isClosed) return;
      if (this.#client?.isOver) this.reset();
      this.#client ??= make();
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }

  #opened(): ClientConnection {
    if (this.#client === undefined) throw new Error('The Redis connection was closed');
    return this.#client;
  }
}
