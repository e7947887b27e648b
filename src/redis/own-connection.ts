import type { ClientConnection, Connection } from './connection.ts';
import type { LuaScript } from './lua-script.ts';

/** Loads a client library and returns what makes a new client with it, not connected yet. */
export type ClientSource = () => Promise<() => ClientConnection>;

/**
 * A connection of our own. Its clients don't reconnect by themselves: a new one is made on demand,
 * so that there is one backoff only, and a connection that hangs is given up by whoever notices.
 */
export class OwnConnection implements Connection {
  readonly #source: ClientSource;
  #loading: ReturnType<ClientSource> | undefined;
  #make: Awaited<ReturnType<ClientSource>> | undefined;
  #client: ClientConnection | undefined;
  #isClosed = false;

  constructor(source: ClientSource) {
    this.#source = source;
  }

  async prepare(): Promise<void> {
    if (this.#make !== undefined) return;
    this.#loading ??= this.#source();
    try {
      this.#make = await this.#loading;
    } finally {
      this.#loading = undefined;
    }
  }

  async connect(): Promise<void> {
    await this.prepare();
    if (this.#client?.isOver) this.reset();
    if (!this.#isClosed) this.#client ??= this.#make?.();
    const client = this.#opened();
    try {
      await client.connect();
    } catch (error) {
      if (this.#client === client) this.reset();
      throw error;
    }
  }

  async run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return this.#opened().run(script, keys, args);
  }

  async ping(key: string): Promise<void> {
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

  #opened(): ClientConnection {
    if (this.#client === undefined) throw new Error('The Redis connection was closed');
    return this.#client;
  }
}
