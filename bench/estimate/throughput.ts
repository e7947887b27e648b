import type { Corpus } from '../../test/tokens/corpora.ts';
import { type Cell, short, table } from './markdown.ts';
import { fresh, median, megabytes, timesOf } from './measure.ts';
import { type Count, OURS, SLOWEST } from './tokenizers.ts';

const MEGABYTE = 1_000_000;
/** js-tiktoken takes half a minute for a megabyte of some scripts: it gets a tenth. */
const EASED: readonly Corpus[] = ['Chinese', 'Japanese', 'Korean', 'Russian', 'emoji', 'base64'];
const EASED_LENGTH = 30_000;
/** For so long, texts are counted before anything is measured. */
const WARM_UP_MS = 400;

/** How many megabytes a second each counts of a megabyte of new text. */
export async function throughputTable(
  corpora: Readonly<Record<Corpus, string>>,
  counts: ReadonlyMap<string, Count>,
): Promise<string> {
  const rows: Cell[][] = [];
  for (const [corpus, text] of entries(corpora)) {
    const speeds = new Map<string, number>();
    for (const [name, count] of counts) {
      const isEased = name === SLOWEST && EASED.includes(corpus);
      speeds.set(
        name,
        await speed(count, text, isEased ? EASED_LENGTH : undefined, name === OURS ? 9 : 3),
      );
    }
    const ratio = (speeds.get(OURS) ?? Number.NaN) / (speeds.get(SLOWEST) ?? Number.NaN);
    const cells = [...speeds].map(([name, value]) =>
      name === SLOWEST && EASED.includes(corpus) ? `${short(value)} *` : short(value),
    );
    rows.push([corpus, ...cells, `${short(ratio)} ×`]);
  }
  const head = ['1 MB of new text, in MB/s', ...counts.keys(), `${OURS} : ${SLOWEST}`];
  return `${table(head, rows)}\n\n\\* of 30,000 characters`;
}

async function speed(
  count: Count,
  corpus: string,
  characters: number | undefined,
  runs: number,
): Promise<number> {
  const perByte = corpus.length / (megabytes(corpus) * MEGABYTE);
  const length = characters ?? Math.floor(MEGABYTE * perByte);
  const warmAt = performance.now() + WARM_UP_MS;
  for (let index = 1000; performance.now() < warmAt; index += 1) {
    await count(fresh(corpus, Math.min(length, EASED_LENGTH), index));
  }
  const texts = Array.from({ length: runs }, (_, index) => fresh(corpus, length, index));
  // The fastest run is the one that the machine's other work has disturbed least.
  const ms = Math.min(...(await timesOf(runs, (index) => count(texts[index] ?? ''))));
  return (megabytes(texts[0] ?? '') / ms) * 1000;
}

const SIZES = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];
/** From here on, texts are not among those of the other table, which would be remembered. */
const NEW = 500;
/** So that each size is measured for about as long. */
const SIZE_RUNS = [400, 200, 100, 30, 7, 3];

/** How long our counter takes for a kilobyte, by the size of the text. */
export async function sizeTable(
  corpora: Readonly<Record<Corpus, string>>,
  count: Count,
): Promise<string> {
  const rows: Cell[][] = [];
  for (const [corpus, text] of entries(corpora)) {
    const perByte = text.length / (megabytes(text) * MEGABYTE);
    const cells: string[] = [];
    for (const [at, bytes] of SIZES.entries()) {
      const runs = SIZE_RUNS[at] ?? 1;
      const length = Math.max(20, Math.floor(bytes * perByte));
      const texts = Array.from({ length: runs }, (_, run) => fresh(text, length, NEW + run));
      const ms = median(await timesOf(runs, (index) => count(texts[index] ?? '')));
      cells.push(short((1000 * ms) / (bytes / 1000)));
    }
    rows.push([corpus, ...cells]);
  }
  const head = [`${OURS}: µs for each kB of a text of`, '100 B', '1 kB', '10 kB', '100 kB'];
  const note = 'Single texts of more than 8 million characters are sampled.';
  return `${table([...head, '1 MB', '10 MB'], rows)}\n\n${note}`;
}

function entries(corpora: Readonly<Record<Corpus, string>>): [Corpus, string][] {
  return CORPORA.map((corpus) => [corpus, corpora[corpus]]);
}

const CORPORA: readonly Corpus[] = [
  ...(['prose', 'code', 'JSON', 'Chinese', 'Japanese', 'Russian', 'emoji', 'base64'] as const),
];
