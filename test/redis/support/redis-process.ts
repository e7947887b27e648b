import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A server on the PATH: Redis, or Valkey. */
export const PROGRAM: string | undefined = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Runs a program, tells its process id, and kills it when whoever started this shell is gone. */
const GUARD = '"$@" >"$0" 2>&1 & echo $!; read -r _; kill -9 $!; wait';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const guard of running) guard.stdin?.destroy();
});

/** One server process of our own. It outlives neither `stop` nor this process. */
export class RedisProcess {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'llm-headroom-redis-'));
  readonly #args: readonly string[];
  #guard: ChildProcess | undefined;
  #pid = 0;

  /** @param argsIn the arguments for a server whose files are in this folder */
  constructor(argsIn: (dir: string) => readonly string[]) {
    this.#args = argsIn(this.dir);
  }

  /** Starts it, and returns before it answers. */
  async start(): Promise<void> {
    const shell = ['-c', GUARD, join(this.dir, 'log'), String(PROGRAM), ...this.#args];
    const guard = spawn('sh', shell, { stdio: ['pipe', 'pipe', 'inherit'] });
    running.add(guard);
    this.#guard = guard;
    for await (const line of createInterface({ input: guard.stdout })) {
      this.#pid = Number(line);
      break;
    }
  }

  /** Kills it as a crash would. */
  async stop(): Promise<void> {
    const guard = this.#guard;
    if (guard === undefined) return;
    this.#guard = undefined;
    const ended = new Promise((resolve) => guard.once('close', resolve));
    guard.stdin?.end();
    await ended;
    running.delete(guard);
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.#pid, name);
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The arguments of a server that keeps nothing. */
export function forgetful(dir: string, args: readonly string[]): readonly string[] {
  return ['--dir', dir, '--save', '', '--appendonly', 'no', ...args];
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
