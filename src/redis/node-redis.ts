import type { ClientConnection } from './connection.ts';
import { type Emitter, firstEvent } from './emitter.ts';
import type { LuaScript } from './lua-script.ts';
import { redisRemedy } from './remedy.ts';
import { byNameOrText } from './reply.ts';

interface ScriptOptions {
  keys: string[];
  arguments: string[];
}

interface NodeRedisCommands {
  evalSha(sha: string, options: ScriptOptions): Promise<unknown>;
  eval(text: string, options: ScriptOptions): Promise<unknown>;
  setRange(key: string, offset: number, value: string): Promise<unknown>;
}

/** A client, cluster, sentinel or pool of the package `redis`, 5 or later. */
export interface NodeRedisClient extends NodeRedisCommands, Emitter {
  readonly isOpen: boolean;
  /** What has none, like a pool, is ready while it is open. */
  readonly isReady?: boolean;
  /** The nodes that a cluster has found. */
  readonly masters?: readonly unknown[];
  connect(): Promise<unknown>;
  destroy(): unknown;
  unref?(): unknown;
  withTypeMapping(mapping: Record<never, never>): NodeRedisCommands;
}

const METHODS = ['evalSha', 'eval', 'setRange', 'connect', 'destroy', 'withTypeMapping'];

/** Whether `value` is a client of the package `redis`. */
export function isNodeRedis(value: unknown): value is NodeRedisClient {
  if (typeof value !== 'object' || value === null || !('isOpen' in value)) return false;
  return METHODS.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** The way through a client of the package `redis`. */
export class NodeRedisConnection implements ClientConnection {
  readonly #client: NodeRedisClient;
  readonly #isOurs: boolean;
  /** The same client with its replies as they come: it may be set to map strings to buffers. */
  readonly #commands: NodeRedisCommands;
  #connecting: Promise<void> | undefined;
  #wasReady = false;

  constructor(client: NodeRedisClient, isOurs: boolean) {
    this.#client = client;
    this.#isOurs = isOurs;
    this.#commands = client.withTypeMapping({});
    // An 'error' event that nobody hears would end the process; the failures themselves reject.
    client.on('error', ignore);
  }

  get isOver(): boolean {
    return this.#wasReady && !this.#client.isOpen;
  }

  async prepare(): Promise<void> {}

  connect(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const options = { keys: [...keys], arguments: [...args] };
    const byName = this.#commands.evalSha(await script.sha(), options);
    return byNameOrText(byName, () => this.#commands.eval(script.text, options));
  }

  async ping(key: string): Promise<void> {
    // Writes nothing, but is refused wherever a write is.
    await this.#commands.setRange(`${key}:ping`, 0, '');
  }

  reset(): void {}

  close(): void {
    if (!this.#isOurs) {
      this.#client.off('error', ignore);
      return;
    }
    try {
      this.#client.destroy();
    } catch {
      // Version 5 says so when it was closed already.
    }
  }

  async #connect(): Promise<void> {
    if (this.isOver) throw new Error('The Redis client was closed');
    if (!this.#client.isOpen) await this.#opened();
    // A cluster says 'connect' when it is ready, the others just before.
    while (!isReady(this.#client)) {
      await firstEvent(this.#client, ['ready', 'connect'], ['error', 'end']);
    }
    this.#wasReady = true;
  }

  /** A client goes on trying, whatever it is told: what no trying helps with is told at once. */
  async #opened(): Promise<void> {
    let onError = ignore;
    const hopeless = new Promise<never>((_, reject) => {
      onError = (error?: unknown) => {
        if (redisRemedy(error) !== undefined) reject(error);
      };
    });
    this.#client.on('error', onError);
    const connecting = this.#client.connect();
    await Promise.race([connecting, hopeless]).finally(() => this.#client.off('error', onError));
  }
}

function isReady({ isReady, isOpen, masters }: NodeRedisClient): boolean {
  // The cluster of version 5 is open before it knows its nodes.
  return isReady ?? (isOpen && masters?.length !== 0);
}

function ignore(_error?: unknown): void {}
