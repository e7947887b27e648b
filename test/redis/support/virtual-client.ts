import { createHash } from 'node:crypto';
import { createClient } from 'redis';
import { vi } from 'vitest';
import type { NodeRedisClient } from '../../../src/redis/node-redis.ts';
import type { VirtualClock } from '../../../src/testing/index.ts';
import type { RedisServer } from './redis-server.ts';

const clientOf = (url: string) => createClient({ url, RESP: 2 });

interface ScriptOptions {
  keys: string[];
  arguments: string[];
}

/**
 * A client of a real server on which a virtual clock's time passes: while it is asked, time stands
 * still, and its scripts are told the time of that clock.
 */
export class VirtualClient implements NodeRedisClient {
  readonly isOpen = true;
  readonly isReady = true;
  /** Scripts that have run. */
  runs = 0;
  /** What the next scripts are answered with, instead of being run. */
  errors: Error[] = [];
  readonly #client: ReturnType<typeof clientOf>;
  readonly #clock: VirtualClock;
  readonly #texts = new Map<string, string>();
  /** Clients that listen to messages. */
  readonly #listening: ReturnType<typeof clientOf>[] = [];

  private constructor(client: ReturnType<typeof clientOf>, clock: VirtualClock) {
    this.#client = client;
    this.#clock = clock;
  }

  static async of(server: RedisServer, clock: VirtualClock): Promise<VirtualClient> {
    const client = clientOf(server.url);
    client.on('error', () => {});
    await client.connect();
    return new VirtualClient(client, clock);
  }

  async evalSha(sha: string, options: ScriptOptions): Promise<unknown> {
    const text = this.#texts.get(sha);
    if (text === undefined) throw new Error('NOSCRIPT');
    return this.#held(() => this.#client.evalSha(sha1(text), this.#timed(options)));
  }

  async eval(text: string, options: ScriptOptions): Promise<unknown> {
    const timed = text.replace("redis.call('TIME')", '{ ARGV[#ARGV - 1], ARGV[#ARGV] }');
    this.#texts.set(sha1(text), timed);
    return this.#held(() => this.#client.eval(timed, this.#timed(options)));
  }

  setRange(key: string, offset: number, value: string): Promise<unknown> {
    return this.#held(() => this.#client.setRange(key, offset, value));
  }

  ping(): Promise<unknown> {
    return this.#held(() => this.#client.ping());
  }

  async connect(): Promise<void> {}

  destroy(): void {
    this.#client.destroy();
    for (const each of this.#listening) if (each.isOpen) each.destroy();
  }

  /**
   * A client that listens: its messages come in the instant in which they were sent. Until it does,
   * time stands still: a process that is not told would look instead, at other times.
   */
  duplicate(): ReturnType<typeof clientOf> {
    const client = this.#client.duplicate();
    this.#listening.push(client);
    const connect = client.connect.bind(client);
    client.connect = () => this.#during(connect());
    const subscribe = client.subscribe.bind(client);
    client.subscribe = (...args) => this.#during(subscribe(...args));
    return client;
  }

  withTypeMapping(): this {
    return this;
  }

  on(): this {
    return this;
  }

  off(): this {
    return this;
  }

  once(): this {
    return this;
  }

  #timed({ keys, arguments: args }: ScriptOptions): ScriptOptions {
    const micros = Math.round(this.#clock.now() * 1000);
    const seconds = Math.floor(micros / 1e6);
    return { keys, arguments: [...args, String(seconds), String(micros - seconds * 1e6)] };
  }

  async #during<T>(work: Promise<T>): Promise<T> {
    const letGo = this.#clock.hold();
    return work.finally(letGo);
  }

  async #held<T>(ask: () => Promise<T>): Promise<T> {
    const letGo = this.#clock.hold();
    try {
      const error = this.errors.shift();
      if (error !== undefined) throw error;
      this.runs++;
      const answer = await ask();
      // What was published before arrives before the answers to these.
      const live = this.#listening.filter(({ isReady }) => isReady);
      await Promise.all(live.map((each) => each.ping().catch(() => {})));
      return answer;
    } finally {
      letGo();
    }
  }
}

/** Digests are made by threads: while one is, time stands still. Returns what ends that. */
export function holdForDigests(clock: VirtualClock): () => void {
  const { subtle } = crypto;
  const digest = subtle.digest.bind(subtle);
  const spy = vi.spyOn(subtle, 'digest').mockImplementation(async (algorithm, data) => {
    const letGo = clock.hold();
    return digest(algorithm, data).finally(letGo);
  });
  return () => spy.mockRestore();
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
