import { CooperativeQueue } from '../../src/tokens/cooperative-queue.ts';
import { nextTurn } from '../../src/tokens/next-turn.ts';
import type { Corpus } from '../../test/tokens/corpora.ts';
import { type Cell, short, table } from './markdown.ts';
import { fresh } from './measure.ts';
import type { Count } from './tokenizers.ts';

const CHARACTERS = 3_000_000;
const IDLE_MS = 400;
const RUNS = 3;
const RUN_LENGTH = 1_000_000;

/**
 * How long the event loop is held up at most while a long text is counted, beside a loop that does
 * nothing, and beside one that is as busy without counting: what those show is the machine's.
 */
export async function stallTable(
  corpora: Readonly<Record<Corpus, string>>,
  count: Count,
): Promise<string> {
  const rows: Cell[][] = [row('nothing', await gaps(idle))];
  rows.push(row('busy for 1 ms at a time', await gaps(busy)));
  for (const [corpus, text] of Object.entries(corpora)) {
    const texts = numbered((run) => fresh(text, CHARACTERS, run));
    rows.push(row(`3 M characters of ${corpus}`, await gaps((run) => count(texts[run] ?? ''))));
  }
  for (const [name, unit] of [
    ['a', 'a'],
    ['人', '人'],
    ['😀', '😀'],
    ['line breaks', '\n'],
  ] as const) {
    const texts = numbered((run) => unit.repeat(RUN_LENGTH / unit.length + run));
    rows.push(row(`1 M characters, all ${name}`, await gaps((run) => count(texts[run] ?? ''))));
  }
  rows.push(row('nothing, again', await gaps(idle)));
  return table(['stretches of the event loop, ms', 'longest', '99 %', 'half', 'all'], rows);
}

/** Of one run; a list that grew would be a stall itself. */
const LENGTHS = new Float64Array(4_000_000);

interface Gaps {
  readonly sorted: Float64Array;
  readonly ms: number;
}

/** A text for each run: one that was counted before is remembered. */
function numbered(text: (run: number) => string): readonly string[] {
  return Array.from({ length: RUNS }, (_, run) => text(run));
}

/** The evenest of three runs: what is the work's own doing is in all of them. */
async function gaps(work: (run: number) => unknown | Promise<unknown>): Promise<Gaps> {
  const runs: Gaps[] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await watched(() => work(run)));
  return runs.reduce((best, one) => (longest(one) < longest(best) ? one : best));
}

function longest({ sorted }: Gaps): number {
  return sorted.at(-1) ?? 0;
}

async function watched(work: () => unknown | Promise<unknown>): Promise<Gaps> {
  let found = 0;
  let last = performance.now();
  let isWatching = true;
  const watch = (): void => {
    const now = performance.now();
    LENGTHS[found] = now - last;
    found = Math.min(found + 1, LENGTHS.length - 1);
    last = now;
    if (isWatching) setImmediate(watch);
  };
  await turn();
  const startedAt = performance.now();
  last = startedAt;
  setImmediate(watch);
  await work();
  await turn();
  isWatching = false;
  const sorted = LENGTHS.slice(0, found).sort();
  return { sorted, ms: performance.now() - startedAt };
}

function turn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

function idle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, IDLE_MS));
}

/** Work without memory: what is longer than a slice of it is not the work's doing. */
function busy(): Promise<void> {
  const queue = new CooperativeQueue({ now: () => performance.now() }, nextTurn);
  const until = performance.now() + IDLE_MS;
  return queue.run({
    get done() {
      return performance.now() >= until;
    },
    step: (budget) => {
      const end = performance.now() + budget / 100_000;
      while (performance.now() < end);
      return budget;
    },
  });
}

function row(name: string, { sorted, ms }: Gaps): Cell[] {
  const at = (share: number): string =>
    short(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return [name, at(1), at(0.99), at(0.5), short(ms)];
}
