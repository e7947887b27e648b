import { createInterface } from 'node:readline';
import { LIMITERS, type OpenLimiter, OURS } from '../redis/limiters.ts';
import { cellLimiter } from './ticket-limiter.ts';

/** What one process is to do. */
export interface CellJob {
  readonly limiter: 'cell' | 'lua';
  readonly url: string;
  /** The limit, in calls. */
  readonly perSecond: number;
  /** So many at once, over and over, or waiting from the beginning. */
  readonly calls: number;
  /** Milliseconds between calls instead, on average; 0: all at once. */
  readonly everyMs: number;
  readonly forMs: number;
  /** The calls come within so long, once, instead of over and over. */
  readonly spreadMs: number;
}

export interface CellDone {
  readonly admitted: number;
  readonly ms: number;
  /** Of each admission: when it was asked for and when it came, in ms since the epoch. */
  readonly log: readonly (readonly [askedAt: number, startedAt: number])[];
}

const OPEN: Readonly<Record<CellJob['limiter'], OpenLimiter | undefined>> = {
  cell: cellLimiter,
  lua: LIMITERS[OURS],
};

const job: CellJob = JSON.parse(process.argv[2] ?? '');
const limiter = await OPEN[job.limiter]?.(job.url, job.perSecond);
if (limiter === undefined) throw new Error(`There is no limiter called ${job.limiter}`);
await limiter.run(async () => {});
console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) break;

const now = (): number => performance.timeOrigin + performance.now();
const log: [number, number][] = [];
const startedAt = now();
const isOver = (): boolean => now() - startedAt >= job.forMs;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function call(): Promise<void> {
  const askedAt = now();
  await limiter?.run(async () => {
    if (!isOver()) log.push([askedAt, now()]);
  });
}

async function overAndOver(): Promise<void> {
  if (job.spreadMs > 0) {
    const once = async (): Promise<void> => {
      await sleep(Math.random() * job.spreadMs);
      await call();
    };
    await Promise.all(Array.from({ length: job.calls }, once));
  }
  while (!isOver()) await Promise.all(Array.from({ length: job.calls }, call));
}

async function nowAndThen(): Promise<void> {
  while (!isOver()) {
    await sleep(-Math.log(Math.random()) * job.everyMs);
    void call();
  }
}

await Promise.race([job.everyMs > 0 ? nowAndThen() : overAndOver(), sleep(job.forMs + 50)]);
const done: CellDone = { admitted: log.length, ms: Math.min(job.forMs, now() - startedAt), log };
console.log(JSON.stringify(done));
for await (const _ of createInterface({ input: process.stdin })) break;
process.exit();
