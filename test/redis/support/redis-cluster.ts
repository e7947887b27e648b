import { eventually } from './eventually.ts';
import { freePort } from './redis-process.ts';
import { RedisServer } from './redis-server.ts';

const SLOTS = 16_384;
const NODES = 3;

/** Three masters on this machine. */
export class RedisCluster {
  readonly nodes: readonly RedisServer[];

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes;
  }

  static async start(): Promise<RedisCluster> {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-port'];
    const starts = Array.from({ length: NODES }, async () =>
      RedisServer.private([...args, String(await freePort())]),
    );
    const cluster = new RedisCluster(await Promise.all(starts));
    await cluster.#join();
    return cluster;
  }

  /** The node that keeps `key`. */
  async keeperOf(key: string): Promise<RedisServer> {
    for (const node of this.nodes) {
      // The others answer MOVED.
      const isHere = await node.command('EXISTS', key).then(
        () => true,
        () => false,
      );
      if (isHere) return node;
    }
    throw new Error(`No node keeps ${key}`);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
  }

  /** What `redis-cli --cluster create` does, without needing it. */
  async #join(): Promise<void> {
    for (const [i, node] of this.nodes.entries()) {
      const first = Math.floor((SLOTS * i) / NODES);
      const last = Math.floor((SLOTS * (i + 1)) / NODES) - 1;
      await node.command('CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
    }
    await this.#meet();
    await eventually(() => this.#isWhole());
  }

  async #meet(): Promise<void> {
    const first = this.nodes[0]!;
    for (const node of this.nodes.slice(1)) {
      const [, bus] = String(await node.command('CLUSTER', 'NODES')).split('@');
      const busPort = String(Number.parseInt(bus ?? '', 10));
      await first.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port), busPort);
    }
  }

  async #isWhole(): Promise<boolean> {
    const infos = await Promise.all(this.nodes.map((node) => node.command('CLUSTER', 'INFO')));
    return infos.every((info) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(info)));
  }
}
