import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { eventually } from './eventually.ts';
import { forgetful, freePort, RedisProcess } from './redis-process.ts';

/** The server that a suite talks to. */
export class RedisServer {
  readonly url: string;
  /** `undefined` for a server of somebody else's, which isn't to be stopped. */
  readonly #process: RedisProcess | undefined;

  private constructor(url: string, process: RedisProcess | undefined) {
    this.url = url;
    this.#process = process;
  }

  /** A private server on a free port. */
  static async private(args: readonly string[] = []): Promise<RedisServer> {
    const port = await freePort();
    const process = new RedisProcess((dir) => forgetful(dir, ['--port', String(port), ...args]));
    const server = new RedisServer(`redis://127.0.0.1:${port}`, process);
    await server.start();
    return server;
  }

  /** A sentinel that watches `master`. */
  static async sentinelOf(name: string, master: RedisServer): Promise<RedisServer> {
    const port = await freePort();
    const process = new RedisProcess((dir) => {
      const settings = [
        `port ${port}`,
        `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
        `sentinel down-after-milliseconds ${name} 1000`,
        `sentinel failover-timeout ${name} 5000`,
      ];
      // A sentinel writes into its settings.
      writeFileSync(join(dir, 'sentinel.conf'), settings.join('\n'));
      return [join(dir, 'sentinel.conf'), '--sentinel', '--dir', dir];
    });
    const server = new RedisServer(`redis://127.0.0.1:${port}`, process);
    await server.start();
    return server;
  }

  static at(url: string): RedisServer {
    return new RedisServer(url, undefined);
  }

  get port(): number {
    return Number(new URL(this.url).port || 6379);
  }

  get dir(): string {
    return this.#own().dir;
  }

  async start(): Promise<void> {
    await this.#own().start();
    await eventually(() => this.isUp());
  }

  /** SIGKILL. */
  async stop(): Promise<void> {
    await this.#own().stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** SIGSTOP: connections stay, and nothing answers. */
  freeze(): void {
    this.#own().signal('SIGSTOP');
  }

  thaw(): void {
    this.#own().signal('SIGCONT');
  }

  /** All data and all scripts are gone. */
  async flush(): Promise<void> {
    await this.command('FLUSHALL');
    await this.forgetScripts();
  }

  async forgetScripts(): Promise<void> {
    await this.command('SCRIPT', 'FLUSH');
  }

  async clientPause(ms: number, mode: 'ALL' | 'WRITE' = 'ALL'): Promise<void> {
    await this.command('CLIENT', 'PAUSE', String(ms), mode);
  }

  async cutConnections(): Promise<void> {
    await this.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  }

  command(...args: string[]): Promise<unknown> {
    return this.connected((command) => command(...args));
  }

  /** Commands on one connection, which is kept as long as `act` takes. */
  async connected<T>(act: (command: RedisServer['command']) => Promise<T>): Promise<T> {
    const client = createClient({ url: this.url, RESP: 2, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    try {
      await client.connect();
      return await act((...args) => client.sendCommand(args));
    } finally {
      client.destroy();
    }
  }

  async isUp(): Promise<boolean> {
    return this.command('PING').then(
      (reply) => reply === 'PONG',
      () => false,
    );
  }

  async dispose(): Promise<void> {
    await this.#process?.dispose();
  }

  #own(): RedisProcess {
    if (this.#process === undefined) throw new Error('This server is not ours to stop');
    return this.#process;
  }
}
