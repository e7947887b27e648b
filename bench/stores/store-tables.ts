import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { createTable } from '../../src/postgres/index.ts';
import { RedisServer } from '../../test/redis/support/redis-server.ts';
import { type Cell, short, table } from '../estimate/markdown.ts';
import { delayProxy } from './delay-proxy.ts';
import type { Kept } from './open-limiter.ts';
import type { StoreDone, StoreJob } from './store-worker.ts';

const WORKER = join(import.meta.dirname, 'store-worker.ts');
const ROOT = join(import.meta.dirname, '../..');
const PROCESSES = (process.env.PROCESSES ?? '1,4,8,16').split(',').map(Number);
const ROUND_TRIPS_MS = (process.env.ROUND_TRIPS ?? '0,1,20').split(',').map(Number);
const UNREACHED = 1_000_000;
/** Another checkout, to be measured beside this one. */
const { BEFORE, POSTGRES_URL = 'postgres://postgres@127.0.0.1:5432/test' } = process.env;

/** What stands in one row. */
const ROWS: Readonly<Record<string, Pick<Kept, 'root' | 'store'>>> = {
  ...(BEFORE === undefined ? {} : { 'Redis, before': { root: BEFORE, store: 'redis' } }),
  Redis: { root: ROOT, store: 'redis' },
  ...(process.env.STORES === 'redis' ? {} : { PostgreSQL: { root: ROOT, store: 'postgres' } }),
};
const STATS = {
  redis: redisUsage,
  postgres: async () => ({ scripts: Number.NaN, micros: Number.NaN }),
};

type Work = Omit<StoreJob, keyof Kept>;

/** What is asked for, of each process. */
const WORK: Readonly<Record<string, (processes: number) => Work>> = {
  'nothing binds, 10 a second each': () => {
    return { perSecond: UNREACHED, calls: 0, everyMs: 100, spreadMs: 0, forMs: 2000 };
  },
  'nothing binds, as fast as it goes': (n) => {
    return {
      perSecond: UNREACHED,
      calls: Math.ceil(1000 / n),
      everyMs: 0,
      spreadMs: 0,
      forMs: 1200,
    };
  },
  '100 a second bind, 1,000 wait': (n) => {
    return { perSecond: 100, calls: Math.ceil(1000 / n), everyMs: 0, spreadMs: 500, forMs: 2500 };
  },
};

const HEADS = [
  'limiter',
  'calls/s',
  'p50 ms',
  'p99 ms',
  'commands a call',
  'µs of Redis a call',
  'places off: mean, p99',
  'least..most',
];

/** One limit over several processes, by processes and round trip. */
export async function storeTables(): Promise<string> {
  const server = await RedisServer.private();
  const tables: string[] = [];
  try {
    for (const [what, work] of Object.entries(WORK)) {
      if (process.env.WORK !== undefined && !what.includes(process.env.WORK)) continue;
      const rows: Cell[][] = [];
      for (const roundTripMs of ROUND_TRIPS_MS) {
        for (const processes of PROCESSES) {
          for (const [name, kept] of Object.entries(ROWS)) {
            const job = { ...kept, ...work(processes) };
            const row = await measure(name, server, processes, roundTripMs, job);
            console.error(what, row.join(' | '));
            rows.push(row);
          }
        }
      }
      tables.push(table([what, ...HEADS], rows));
    }
    return tables.join('\n\n');
  } finally {
    await server.dispose();
  }
}

async function measure(
  name: string,
  server: RedisServer,
  processes: number,
  roundTripMs: number,
  job: Work & Pick<Kept, 'root' | 'store'>,
): Promise<Cell[]> {
  await server.flush();
  const postgres = job.store === 'postgres' ? await Table.create() : undefined;
  const port = postgres === undefined ? server.port : Number(new URL(POSTGRES_URL).port || 5432);
  const proxy = roundTripMs > 0 ? await delayProxy(port, roundTripMs / 2) : undefined;
  const url = new URL(postgres === undefined ? server.url : POSTGRES_URL);
  url.port = String(proxy?.port ?? port);
  const table = postgres?.name ?? '';
  const workers = Array.from({ length: processes }, () => {
    return new Worker({ ...job, url: url.href, table });
  });
  try {
    await Promise.all(workers.map((worker) => worker.next()));
    const before = await STATS[job.store](server);
    for (const worker of workers) worker.go();
    const lines = await Promise.all(workers.map((worker) => worker.next()));
    const after = await STATS[job.store](server);
    const done = lines.map((line): StoreDone => JSON.parse(line));
    return [`${processes}, ${roundTripMs} ms`, name, ...figures(done, before, after)];
  } catch (error) {
    return [`${processes}, ${roundTripMs} ms`, name, String(error)];
  } finally {
    for (const worker of workers) worker.kill();
    proxy?.close();
    await postgres?.drop();
  }
}

/** A table of its own for each measurement. */
class Table {
  readonly name = `bench_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
  readonly #client = new pg.Client({ connectionString: POSTGRES_URL });

  static async create(): Promise<Table> {
    const table = new Table();
    await table.#client.connect();
    await table.#client.query(createTable(table.name));
    return table;
  }

  async drop(): Promise<void> {
    await this.#client.query(`DROP TABLE ${this.name}`);
    await this.#client.end();
  }
}

function figures(done: readonly StoreDone[], before: Usage, after: Usage): Cell[] {
  const counts = done.map((each) => each.log.length);
  const calls = counts.reduce((sum, each) => sum + each, 0);
  const log = done.flatMap((each) => each.log);
  const waits = log.map(([askedAt, startedAt]) => startedAt - askedAt);
  const off = placesOff(log);
  const mean = off.reduce((sum, each) => sum + each, 0) / off.length;
  return [
    short(calls / (Math.max(...done.map(({ ms }) => ms)) / 1000)),
    short(quantile(waits, 0.5)),
    short(quantile(waits, 0.99)),
    short((after.scripts - before.scripts) / calls),
    short((after.micros - before.micros) / calls),
    `${short(mean)}, ${short(quantile(off, 0.99))}`,
    `${Math.min(...counts)}..${Math.max(...counts)}`,
  ];
}

/** How many places each call went before or after its turn. */
function placesOff(log: StoreDone['log']): number[] {
  const byStart = [...log].sort((one, other) => one[1] - other[1]);
  const byAsk = [...byStart].sort((one, other) => one[0] - other[0]);
  const places = new Map(byAsk.map((each, i) => [each, i]));
  return byStart.map((each, i) => Math.abs((places.get(each) ?? i) - i));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

class Worker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(job: StoreJob) {
    const child = spawn(process.execPath, [WORKER, JSON.stringify(job)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async next(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('A process has ended before its time');
    return line.value;
  }

  go(): void {
    this.#child.stdin?.write('go\n');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

interface Usage {
  readonly scripts: number;
  readonly micros: number;
}

async function redisUsage(server: RedisServer): Promise<Usage> {
  const info = String(await server.command('INFO', 'everything'));
  const number = (pattern: RegExp): number => Number(info.match(pattern)?.[1] ?? 0);
  const scripts = number(/cmdstat_evalsha:calls=(\d+)/) + number(/cmdstat_eval:calls=(\d+)/);
  const seconds = number(/used_cpu_user:([\d.]+)/) + number(/used_cpu_sys:([\d.]+)/);
  return { scripts, micros: 1e6 * seconds };
}

if (import.meta.main) console.log(await storeTables());
