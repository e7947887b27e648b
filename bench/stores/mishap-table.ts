import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../test/redis/support/redis-server.ts';
import { type Cell, short, table } from '../estimate/markdown.ts';
import { longestGap, median, overshoot, TOKENS } from './figures.ts';
import type { Kept } from './open-limiter.ts';
import type { StoreDone } from './store-worker.ts';
import { type StoreName, variantsOf, withStore } from './variants.ts';
import { WorkerProcess } from './worker-process.ts';

const PROCESSES = 4;
const RUNS = Number(process.env.RUNS ?? 8);
const ROUNDS = 20;
/** 100 a second bind, and calls of all processes wait. */
const BOUND = { perSecond: 100, calls: 250, everyMs: 0, spreadMs: 300, forMs: 4000 };
const PER_MS = BOUND.perSecond / 1000;
/** A tenth of a second's worth. */
const BURST = 10;
const MISHAP_AFTER_MS = 1000;
const STOPPED_MS = 1000;

/** A measurement of four processes with one limit: one number for each time. */
type Measure = (kept: Kept) => Promise<number[]>;

const MEASURES: Readonly<Record<string, Measure>> = {
  'others wait after tokens are given back, ms': givenBack,
  'longest time without a call, ms': (kept) => mishaps(kept, nothing, gapAfter),
  'the same, after one is killed, ms': (kept) => mishaps(kept, kill, gapAfter),
  'calls above the limit': (kept) => mishaps(kept, nothing, excess),
  'the same, one stops for a second and wakes': (kept) => mishaps(kept, stop, excess),
};

/** What one process does to others: medians, and the worst. */
export async function mishapTable(store: StoreName, server: RedisServer): Promise<string> {
  const variants = variantsOf(store);
  const rows: Cell[][] = [];
  for (const [what, measure] of Object.entries(MEASURES)) {
    const cells: Cell[] = [];
    for (const { root } of variants) {
      const values = await withStore(server, { root, store }, 0, measure).catch(String);
      const isMeasured = typeof values !== 'string';
      cells.push(isMeasured ? `${short(median(values))}, ${short(Math.max(...values))}` : values);
    }
    console.error(what, cells.join(' | '));
    rows.push([what, ...cells]);
  }
  return table(
    [`${PROCESSES} processes: median, worst`, ...variants.map(({ name }) => name)],
    rows,
  );
}

/** One holds all tokens, and all others wait for some: how long, once it gives them back. */
async function givenBack(kept: Kept): Promise<number[]> {
  const group = await started('give-back-worker.ts', kept);
  const [holder, ...others] = group;
  const waits: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      holder!.tell(`take ${TOKENS}`);
      await holder!.next();
      for (const other of others) other.tell(`take ${TOKENS / others.length}`);
      await sleep(300);
      holder!.tell('give');
      const givenAt = Number(await holder!.next());
      for (const other of others) waits.push(Number(await other.next()) - givenAt);
      for (const other of others) {
        other.tell('give');
        await other.next();
      }
    }
    return waits;
  } finally {
    for (const each of group) each.signal('SIGKILL');
  }
}

/** What happens to one of the processes; it is said whether it can still tell of its calls. */
type Mishap = (victim: WorkerProcess) => Promise<boolean>;
/** @param starts - of calls, in order @param at - of the mishap */
type Figure = (starts: readonly number[], at: number) => number;

async function mishaps(kept: Kept, mishap: Mishap, figure: Figure): Promise<number[]> {
  const figures: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const group = await started('store-worker.ts', { ...kept, ...BOUND });
    try {
      for (const each of group) each.tell('go');
      await sleep(MISHAP_AFTER_MS);
      const victim = group[run % group.length]!;
      const at = performance.timeOrigin + performance.now();
      const isLeft = await mishap(victim);
      const left = group.filter((each) => isLeft || each !== victim);
      const lines = await Promise.all(left.map((each) => each.next()));
      const done = lines.map((line): StoreDone => JSON.parse(line));
      figures.push(
        figure(
          done.flatMap(({ log }) => log.map(([, startedAt]) => startedAt)),
          at,
        ),
      );
    } finally {
      for (const each of group) each.signal('SIGKILL');
    }
  }
  return figures;
}

const nothing: Mishap = async () => true;

const kill: Mishap = async (victim) => {
  victim.signal('SIGKILL');
  return false;
};

const stop: Mishap = async (victim) => {
  victim.signal('SIGSTOP');
  await sleep(STOPPED_MS);
  victim.signal('SIGCONT');
  return true;
};

const gapAfter: Figure = (starts, at) => longestGap(starts, at, at + 1500);
const excess: Figure = (starts) => overshoot(starts, { perMs: PER_MS, burst: BURST });

async function started(script: string, job: Kept): Promise<WorkerProcess[]> {
  const group = Array.from({ length: PROCESSES }, () => new WorkerProcess(script, job));
  for (const each of group) await each.next();
  return group;
}
