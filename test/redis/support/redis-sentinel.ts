import { eventually } from './eventually.ts';
import { RedisServer } from './redis-server.ts';

/** A master, a replica of it, and one sentinel that watches both. */
export class RedisSentinel {
  readonly name = 'main';
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisServer;

  private constructor(master: RedisServer, replica: RedisServer, sentinel: RedisServer) {
    this.master = master;
    this.replica = replica;
    this.sentinel = sentinel;
  }

  static async start(): Promise<RedisSentinel> {
    const master = await RedisServer.private();
    const replica = await RedisServer.private(['--replicaof', '127.0.0.1', String(master.port)]);
    const sentinel = await RedisServer.sentinelOf('main', master);
    const whole = new RedisSentinel(master, replica, sentinel);
    await eventually(() => whole.#isWhole());
    return whole;
  }

  async dispose(): Promise<void> {
    await Promise.all([this.master, this.replica, this.sentinel].map((each) => each.dispose()));
  }

  async #isWhole(): Promise<boolean> {
    const info = String(await this.sentinel.command('INFO', 'sentinel'));
    return /status=ok[^\n]*slaves=1/.test(info);
  }
}
