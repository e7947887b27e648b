import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Cell, short, table } from './markdown.ts';
import { median } from './measure.ts';
import type { Start } from './start.ts';
import { LOADERS, OURS } from './tokenizers.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = join(import.meta.dirname, 'start.ts');
/** Within `node_modules`, so that what it imports is found. */
const COMPILED = join(ROOT, 'node_modules/.cache/llm-headroom-bench');
const RUNS = 10;

const run = promisify(execFile);

/** What each tokenizer takes to begin, each time in a new process; ours compiled, as published. */
export async function startUpTable(): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', COMPILED], {
    cwd: ROOT,
  });
  const rows: Cell[][] = [];
  for (const name of Object.keys(LOADERS)) {
    const starts: Start[] = [];
    for (let index = 0; index < RUNS; index += 1) starts.push(await started(name));
    const of = (key: keyof Start): string => short(median(starts.map((start) => start[key])));
    const beyond = starts.map(({ longestMs, idleMs }) => longestMs - idleMs);
    const { memoryMB } = await started(name, '--expose-gc');
    const block = [of('longestMs'), of('idleMs'), short(Math.max(0, ...beyond))];
    rows.push([name, of('importMs'), of('readyMs'), ...block, short(memoryMB)]);
  }
  const head = ['start-up', 'import, ms', 'then until exact, ms', 'longest block of that, ms'];
  const noise = ['of an idle loop', 'longer than that, at most'];
  const note = `Medians of ${RUNS} processes, but for the last but one column, which is of the worst of them.`;
  return `${table([...head, ...noise, 'memory, MB'], rows)}\n\n${note}`;
}

/** Flags cost time: Node compiles its own modules anew with any of them. */
async function started(name: string, ...flags: readonly string[]): Promise<Start> {
  const compiled = name === OURS ? [join(COMPILED, 'tokens/estimate.js')] : [];
  const args = [...flags, SCRIPT, name, ...compiled];
  return JSON.parse((await run(process.execPath, args)).stdout);
}
