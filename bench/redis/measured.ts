import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RedisServer } from '../../test/redis/support/redis-server.ts';
import type { Done, Job } from './worker.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');
/** As long as a process may hold back what it has to tell. */
const LAST_WORDS_MS = 100;

/** What the processes of one run have done together, and what it took. */
export interface Measured {
  readonly perSecond: number;
  readonly commandsEach: number;
  /** Of the server, for one call. */
  readonly serverMicrosEach: number;
  /** To join the line, for one call. */
  readonly joinMicrosEach: number;
  readonly isGivenUp: boolean;
}

/** Runs `job` in so many processes at once; their calls are `job.calls` in all. */
export async function measured(
  server: RedisServer,
  processes: number,
  job: Job,
): Promise<Measured> {
  await server.flush();
  const calls = Math.ceil(job.calls / processes);
  const workers = Array.from({ length: processes }, () => new Worker({ ...job, calls }));
  try {
    for (const worker of workers) await worker.ready();
    const before = await usage(server);
    const done = await Promise.all(workers.map((worker) => worker.work()));
    await new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS));
    return result(done, calls, before, await usage(server));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function result(done: readonly Done[], calls: number, before: Usage, after: Usage): Measured {
  const admitted = done.reduce((sum, each) => sum + each.admitted, 0);
  return {
    perSecond: admitted / (Math.max(...done.map(({ ms }) => ms)) / 1000),
    commandsEach: (after.scripts - before.scripts) / admitted,
    serverMicrosEach: (after.micros - before.micros) / admitted,
    joinMicrosEach: (1000 * Math.max(...done.map(({ joinMs }) => joinMs))) / calls,
    isGivenUp: done.some(({ isGivenUp }) => isGivenUp),
  };
}

class Worker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(job: Job) {
    const child = spawn(process.execPath, [WORKER, JSON.stringify(job)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async ready(): Promise<void> {
    await this.#next();
  }

  async work(): Promise<Done> {
    this.#child.stdin?.write('go\n');
    return JSON.parse(await this.#next());
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #next(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('A process has ended before its time');
    return line.value;
  }
}

interface Usage {
  readonly scripts: number;
  readonly micros: number;
}

/** All three limiters talk to the server in scripts only, once they are connected. */
async function usage(server: RedisServer): Promise<Usage> {
  const info = String(await server.command('INFO', 'everything'));
  const number = (pattern: RegExp): number => Number(info.match(pattern)?.[1] ?? 0);
  const scripts = number(/cmdstat_evalsha:calls=(\d+)/) + number(/cmdstat_eval:calls=(\d+)/);
  const seconds = number(/used_cpu_user:([\d.]+)/) + number(/used_cpu_sys:([\d.]+)/);
  return { scripts, micros: 1e6 * seconds };
}
