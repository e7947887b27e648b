import { PROGRAM } from '../../test/redis/support/redis-process.ts';
import { RedisServer } from '../../test/redis/support/redis-server.ts';
import { type Cell, short, table } from '../estimate/markdown.ts';
import { LIMITERS, OURS } from './limiters.ts';
import { type Measured, measured } from './measured.ts';
import type { Job } from './worker.ts';

const PROCESSES = [1, 2, 4, 8, 16];
const PACED_PROCESSES = [1, 4, 16];
const QUEUES = [10, 1000, 100_000];
const USUAL_QUEUE = 1000;

/** More than any of them comes to. */
const UNREACHED = { perSecond: 1_000_000, flightMs: 0, forMs: 1500, atMostMs: 12_000 };
/** Calls wait all the time. */
const PACED = { perSecond: 100, flightMs: 300, forMs: 3000, atMostMs: 3000, calls: 1000 };

const HEADS = [
  'calls a second',
  'of the first row',
  'commands a call',
  'µs of Redis a call',
  'µs to join the line',
];

/** When saturated, for each call that goes. */
const MOST_COMMANDS = 1.2;
/** How much of its speed a short queue may have before a long one. */
const LEAST_SPEED = 2 / 3;

/**
 * Calls that go, for a second, and what the server has to do for each: with a limit that nobody
 * reaches, by processes and by calls that wait at once; and with one that makes them wait.
 */
export async function redisTables(): Promise<string> {
  if (PROGRAM === undefined) return 'No redis-server or valkey-server on the PATH: not measured.';
  const server = await RedisServer.private();
  try {
    const byProcesses = await processesTable(server);
    const byQueue = await queueTable(server);
    return [byProcesses, byQueue, await pacedTable(server)].join('\n\n');
  } finally {
    await server.dispose();
  }
}

async function processesTable(server: RedisServer): Promise<string> {
  const rows = await rowsOf(PROCESSES, (limiter, processes) => {
    return measured(server, processes, { ...jobOf(server, limiter), calls: USUAL_QUEUE });
  });
  const of = `${USUAL_QUEUE.toLocaleString('en')} calls at once, over and over, by processes`;
  return resultTable(of, PROCESSES, rows);
}

async function queueTable(server: RedisServer): Promise<string> {
  const rows = await rowsOf(QUEUES, (limiter, calls) => {
    return measured(server, 1, { ...jobOf(server, limiter), calls });
  });
  const ours = rows.get(OURS) ?? [];
  const [short, long] = [ours[0]?.perSecond ?? 0, ours.at(-1)?.perSecond ?? 0];
  expectBound(`calls a second, ${QUEUES.at(-1)} at once beside ${QUEUES[0]}`, long / short, {
    least: LEAST_SPEED,
  });
  return resultTable('one process, by calls at once', QUEUES, rows);
}

async function pacedTable(server: RedisServer): Promise<string> {
  const rows = await rowsOf(PACED_PROCESSES, async (limiter, processes) => {
    const job = { limiter, url: server.url, ...PACED };
    // It isn't meant to end before its time.
    return { ...(await measured(server, processes, job)), isGivenUp: false };
  });
  const { calls, perSecond, flightMs } = PACED;
  const of = `${perSecond} a second, ${calls} waiting, ${flightMs} ms each, by processes`;
  return table([of, ...HEADS], cellsOf(PACED_PROCESSES, rows));
}

function jobOf({ url }: RedisServer, limiter: string): Omit<Job, 'calls'> {
  return { limiter, url, ...UNREACHED };
}

async function rowsOf(
  columns: readonly number[],
  measure: (limiter: string, column: number) => Promise<Measured>,
): Promise<Map<string, Measured[]>> {
  const rows = new Map<string, Measured[]>();
  for (const name of Object.keys(LIMITERS)) {
    const results: Measured[] = [];
    for (const column of columns) results.push(await measure(name, column));
    rows.set(name, results);
  }
  return rows;
}

function resultTable(
  of: string,
  columns: readonly number[],
  rows: ReadonlyMap<string, readonly Measured[]>,
): string {
  for (const { commandsEach } of rows.get(OURS) ?? []) {
    expectBound('commands for each call', commandsEach, { most: MOST_COMMANDS });
  }
  return table([of, ...HEADS], cellsOf(columns, rows));
}

function cellsOf(
  columns: readonly number[],
  rows: ReadonlyMap<string, readonly Measured[]>,
): Cell[][] {
  return [...rows].flatMap(([name, results]) => {
    const [first] = results;
    return results.map((each, i) =>
      rowOf(`${name}: ${columns[i]?.toLocaleString('en')}`, each, first),
    );
  });
}

function rowOf(name: string, each: Measured, first: Measured | undefined): Cell[] {
  const perSecond = short(each.perSecond);
  return [
    name,
    each.isGivenUp ? `${perSecond}, until given up` : perSecond,
    short(each.perSecond / (first?.perSecond ?? Number.NaN)),
    short(each.commandsEach),
    short(each.serverMicrosEach),
    short(each.joinMicrosEach),
  ];
}

function expectBound(
  what: string,
  value: number,
  { least = 0, most = Number.POSITIVE_INFINITY }: { least?: number; most?: number },
): void {
  if (value >= least && value <= most) return;
  const bound = value < least ? `at least ${short(least)}` : `at most ${short(most)}`;
  console.error(`${OURS}: expected ${what} to be ${bound}, got ${short(value)}`);
  process.exitCode = 1;
}
