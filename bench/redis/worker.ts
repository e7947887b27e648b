import { createInterface } from 'node:readline';
import { LIMITERS, type SharedLimiter } from './limiters.ts';

/** What one process is to do: as many rounds of `calls` calls at once as `forMs` has time for. */
export interface Job {
  readonly limiter: string;
  readonly url: string;
  readonly perSecond: number;
  readonly calls: number;
  /** How long each call is in flight. */
  readonly flightMs: number;
  readonly forMs: number;
  /** A round that isn't over by then is given up. */
  readonly atMostMs: number;
}

/** What it has done. */
export interface Done {
  readonly admitted: number;
  readonly ms: number;
  /** Of the first round: until the last call had joined. */
  readonly joinMs: number;
  readonly isGivenUp: boolean;
}

const job: Job = JSON.parse(process.argv[2] ?? '');
const limiter = await LIMITERS[job.limiter]?.(job.url, job.perSecond);
if (limiter === undefined) throw new Error(`There is no limiter called ${job.limiter}`);
await limiter.run(async () => {});
console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) break;
const done = await work(limiter);
console.log(JSON.stringify(done));
// Once its connections' last words have been counted.
for await (const _ of createInterface({ input: process.stdin })) break;
process.exit();

async function work(shared: SharedLimiter): Promise<Done> {
  const startedAt = performance.now();
  const since = (): number => performance.now() - startedAt;
  let admitted = 0;
  let joinMs = 0;
  const call = async (): Promise<void> => {
    admitted += 1;
    if (job.flightMs > 0) await new Promise((resolve) => setTimeout(resolve, job.flightMs));
  };
  const rounds = async (): Promise<boolean> => {
    while (since() < job.forMs) {
      const round = Array.from({ length: job.calls }, () => shared.run(call));
      joinMs ||= since();
      await Promise.all(round);
    }
    return false;
  };
  const timeUp = new Promise<boolean>((resolve) => {
    setTimeout(resolve, job.atMostMs, true);
  });
  const isGivenUp = await Promise.race([rounds(), timeUp]);
  return { admitted, ms: since(), joinMs, isGivenUp };
}
