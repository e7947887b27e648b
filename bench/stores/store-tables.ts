import type { RedisServer } from '../../test/redis/support/redis-server.ts';
import { type Cell, short, table } from '../estimate/markdown.ts';
import { median, passed, quantile } from './figures.ts';
import type { Kept } from './open-limiter.ts';
import type { StoreDone, StoreJob } from './store-worker.ts';
import { type StoreName, variantsOf, withStore } from './variants.ts';
import { WorkerProcess } from './worker-process.ts';

const PROCESSES = (process.env.PROCESSES ?? '1,4,8,16').split(',').map(Number);
const ROUND_TRIPS_MS = (process.env.ROUND_TRIPS ?? '0,1,20').split(',').map(Number);
const UNREACHED = 1_000_000;

type Work = Omit<StoreJob, keyof Kept>;

/** What is asked for, of each process. */
const WORK: Readonly<Record<string, (processes: number) => Work>> = {
  'nothing binds, 10 a second each': () => {
    return { perSecond: UNREACHED, calls: 0, everyMs: 100, spreadMs: 0, forMs: 2000 };
  },
  'nothing binds, as fast as it goes': (n) => {
    const calls = Math.ceil(1000 / n);
    return { perSecond: UNREACHED, calls, everyMs: 0, spreadMs: 0, forMs: 1200 };
  },
  '100 a second bind, 1,000 wait': (n) => {
    return { perSecond: 100, calls: Math.ceil(1000 / n), everyMs: 0, spreadMs: 500, forMs: 2500 };
  },
};

const HEADS = [
  'calls/s',
  'p50, p99 ms',
  'commands a call',
  'passed by: median, p99',
  'least share',
];

/** One limit over several processes, by processes and added round trip. */
export async function storeTables(store: StoreName, server: RedisServer): Promise<string> {
  const tables: string[] = [];
  for (const [what, work] of Object.entries(WORK)) {
    if (process.env.WORK !== undefined && !what.includes(process.env.WORK)) continue;
    const rows: Cell[][] = [];
    for (const roundTripMs of ROUND_TRIPS_MS) {
      for (const processes of PROCESSES) {
        for (const { name, root } of variantsOf(store)) {
          const heads = [`${processes}, ${roundTripMs} ms`, name];
          const row = await withStore(server, { root, store }, roundTripMs, async (kept) => {
            const job = { ...kept, ...work(processes) };
            return [...heads, ...(await measured(server, processes, job))];
          });
          console.error(what, row.join(' | '));
          rows.push(row);
        }
      }
    }
    tables.push(table([what, '', ...HEADS], rows));
  }
  return tables.join('\n\n');
}

async function measured(server: RedisServer, processes: number, job: StoreJob): Promise<Cell[]> {
  const workers = Array.from({ length: processes }, () => {
    return new WorkerProcess('store-worker.ts', job);
  });
  try {
    for (const worker of workers) await worker.next();
    const before = await scripts(server);
    for (const worker of workers) worker.tell('go');
    const lines = await Promise.all(workers.map((worker) => worker.next()));
    const done = lines.map((line): StoreDone => JSON.parse(line));
    const ran = (await scripts(server)) - before;
    const asked = done.reduce((sum, each) => sum + (each.asked ?? 0), 0);
    return figures(done, job.store === 'redis' ? ran : asked, job.perSecond < UNREACHED);
  } catch (error) {
    return [String(error)];
  } finally {
    for (const worker of workers) worker.signal('SIGKILL');
  }
}

function figures(done: readonly StoreDone[], commands: number, isBound: boolean): Cell[] {
  const counts = done.map((each) => each.log.length);
  const calls = counts.reduce((sum, each) => sum + each, 0);
  const waits = done.flatMap(({ log }) => log.map(([askedAt, startedAt]) => startedAt - askedAt));
  const places = isBound ? passed(done.map(({ log }) => log)) : [];
  const share = (100 * Math.min(...counts) * counts.length) / calls;
  return [
    short(calls / (Math.max(...done.map(({ ms }) => ms)) / 1000)),
    `${short(median(waits))}, ${short(quantile(waits, 0.99))}`,
    short(commands / calls),
    isBound ? `${median(places)}, ${quantile(places, 0.99)}` : '',
    `${short(share)} %`,
  ];
}

/** Scripts that the server has run: the only commands, once all are connected. */
async function scripts(server: RedisServer): Promise<number> {
  const info = String(await server.command('INFO', 'everything'));
  const number = (pattern: RegExp): number => Number(info.match(pattern)?.[1] ?? 0);
  return number(/cmdstat_evalsha:calls=(\d+)/) + number(/cmdstat_eval:calls=(\d+)/);
}
