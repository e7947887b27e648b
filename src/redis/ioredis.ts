import type { ClientConnection } from './connection.ts';
import { type Emitter, firstEvent } from './emitter.ts';
import type { LuaScript } from './lua-script.ts';
import { byNameOrText } from './reply.ts';

/** A client or cluster of the package `ioredis`, 5 or later. */
export interface IoRedisClient extends Emitter {
  readonly status: string;
  /** The socket; a cluster has none of its own. */
  readonly stream?: { unref?(): unknown };
  connect(): Promise<unknown>;
  disconnect(): unknown;
  evalsha(sha: string, keys: number, ...keysAndArgs: string[]): Promise<unknown>;
  eval(text: string, keys: number, ...keysAndArgs: string[]): Promise<unknown>;
  setrange(key: string, offset: number, value: string): Promise<unknown>;
}

const METHODS = ['evalsha', 'eval', 'setrange', 'connect', 'disconnect'];

/** Whether `value` is a client of the package `ioredis`. */
export function isIoRedis(value: unknown): value is IoRedisClient {
  if (typeof value !== 'object' || value === null) return false;
  if (!('status' in value) || typeof value.status !== 'string') return false;
  return METHODS.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** The way through a client of the package `ioredis`. */
export class IoRedisConnection implements ClientConnection {
  readonly #client: IoRedisClient;
  readonly #isOurs: boolean;
  #connecting: Promise<void> | undefined;
  /** The client's own promises say only that it was closed; why is in its events. */
  #lastError: unknown;
  readonly #onError = (error?: unknown): void => {
    this.#lastError = error;
  };

  constructor(client: IoRedisClient, isOurs: boolean) {
    this.#client = client;
    this.#isOurs = isOurs;
    client.on('error', this.#onError);
  }

  get isOver(): boolean {
    return this.#client.status === 'end';
  }

  async prepare(): Promise<void> {}

  connect(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = [...keys, ...args];
    const byName = this.#client.evalsha(await script.sha(), keys.length, ...rest);
    const byText = (): Promise<unknown> => this.#client.eval(script.text, keys.length, ...rest);
    return byNameOrText(byName, byText);
  }

  async ping(key: string): Promise<void> {
    // Writes nothing, but is refused wherever a write is.
    await this.#client.setrange(`${key}:ping`, 0, '');
  }

  reset(): void {}

  close(): void {
    // The listener of our own client stays: what it says while it closes is nobody's business.
    if (!this.#isOurs) this.#client.off('error', this.#onError);
    // Where there is no socket any more, it would wait for that to close, and the process for it.
    else if (!this.isOver) this.#client.disconnect();
  }

  async #connect(): Promise<void> {
    const { status } = this.#client;
    if (status === 'ready') return;
    if (status === 'end') throw new Error('The Redis client was closed');
    this.#lastError = undefined;
    try {
      if (status === 'wait') await this.#client.connect();
      else await firstEvent(this.#client, ['ready'], ['error', 'end']);
    } catch (error) {
      throw this.#lastError ?? error;
    }
  }
}
