import { createClient } from 'redis';
import { laneScript } from '../../../src/redis/lane-script.ts';
import { LEDGER_SCRIPT } from '../../../src/redis/ledger-script.ts';
import { Script } from '../../../src/redis/script.ts';
import type { ScriptRunner } from '../../../src/redis/script-runner.ts';
import type { RedisServer } from './redis-server.ts';

/** Milliseconds since the epoch: some moment that isn't a round number of anything. */
const START = 1_700_000_012_345.678;

const clientOf = (url: string) => createClient({ url, RESP: 2 });
type Client = ReturnType<typeof clientOf>;

/**
 * A real server whose scripts are told what time it is, so that a test is exact and needs no time:
 * the only line that is replaced in them is the one that asks the clock.
 */
export class VirtualServer {
  /** Of all keys: the server may be somebody else's. */
  readonly prefix: string = `test-${crypto.randomUUID()}`;
  readonly #client: Client;
  /** In microseconds, as the server counts. */
  #micros = Math.round(START * 1000);
  /** Replies that never reach who asked. */
  #lost = 0;
  /** Commands that never reach the server. */
  #dropped = 0;
  runs = 0;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async of(server: RedisServer): Promise<VirtualServer> {
    const client = clientOf(server.url);
    client.on('error', () => {});
    await client.connect();
    return new VirtualServer(client);
  }

  get now(): number {
    const seconds = Math.floor(this.#micros / 1e6);
    return seconds * 1000 + (this.#micros - seconds * 1e6) / 1000;
  }

  advance(ms: number): void {
    this.#micros += Math.round(ms * 1000);
  }

  command(...args: string[]): Promise<unknown> {
    return this.#client.sendCommand(args);
  }

  /** What it keeps for the test. */
  async keys(): Promise<string[]> {
    const keys = await this.command('KEYS', `{${this.prefix}}:*`);
    return Array.isArray(keys) ? keys.map(String).sort() : [];
  }

  /** Forgets everything, a moment later. */
  async flush(): Promise<void> {
    const keys = await this.keys();
    if (keys.length > 0) await this.command('DEL', ...keys);
    this.advance(1);
  }

  loseReplies(count: number): void {
    this.#lost = count;
  }

  dropCommands(count: number): void {
    this.#dropped = count;
  }

  get lanes(): ScriptRunner {
    return this.#runner(laneScript(this.prefix));
  }

  get ledgers(): ScriptRunner {
    return this.#runner(new Script(LEDGER_SCRIPT));
  }

  async close(): Promise<void> {
    await this.flush();
    this.#client.destroy();
  }

  #runner({ text, ifUnknown }: Script): ScriptRunner {
    const timed = text.replace("redis.call('TIME')", '{ ARGV[#ARGV - 1], ARGV[#ARGV] }');
    if (timed === text) throw new Error('This script does not ask what time it is');
    const script = new Script(timed, ifUnknown);
    return (keys, input) => this.#run(script, keys, input);
  }

  async #run(script: Script, keys: readonly string[], input: string): Promise<unknown> {
    this.runs++;
    if (this.#dropped > 0) {
      this.#dropped--;
      throw new Error('Not sent');
    }
    const seconds = Math.floor(this.#micros / 1e6);
    const args = [input, String(seconds), String(this.#micros - seconds * 1e6)];
    const options = { keys: [...keys], arguments: args };
    const reply = await this.#client
      .evalSha(await script.sha(), options)
      .catch((error: unknown) => {
        if (!String(error).includes('NOSCRIPT')) throw error;
        const asNew = [input, ...script.ifUnknown, ...args.slice(1)];
        return this.#client.eval(script.text, { ...options, arguments: asNew });
      });
    if (this.#lost === 0) return reply;
    this.#lost--;
    throw new Error('The answer was lost');
  }
}
