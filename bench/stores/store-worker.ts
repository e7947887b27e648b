import { createInterface } from 'node:readline';
import { type Kept, openLimiter } from './open-limiter.ts';

/** What one process is to do. */
export interface StoreJob extends Kept {
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

/** Of an admission: when it was asked for and when it came, in milliseconds since the epoch. */
export type Admission = readonly [askedAt: number, startedAt: number];

export interface StoreDone {
  readonly ms: number;
  readonly log: readonly Admission[];
  /** Statements, in Postgres. */
  readonly asked: number | null;
}

const job: StoreJob = JSON.parse(process.argv[2] ?? '');
const { limiter, asked } = await openLimiter(job, {
  limits: { rpm: 60 * job.perSecond },
  ...{ headroom: 0, enforcement: 'bucket', burstSeconds: 0.1 },
});
(await limiter.acquire({})).settle();
console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) break;

const now = (): number => performance.timeOrigin + performance.now();
const log: Admission[] = [];
const askedBefore = asked();
const startedAt = now();
const isOver = (): boolean => now() - startedAt >= job.forMs;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function call(): Promise<void> {
  const askedAt = now();
  const reservation = await limiter.acquire({});
  if (!isOver()) log.push([askedAt, now()]);
  reservation.settle();
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
const ms = Math.min(job.forMs, now() - startedAt);
const done: StoreDone = { ms, log, asked: asked() - askedBefore };
console.log(JSON.stringify(done));
for await (const _ of createInterface({ input: process.stdin })) break;
process.exit();
