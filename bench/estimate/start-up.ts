import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Cell, short, table } from './markdown.ts';
import { median } from './measure.ts';
import type { Start } from './start.ts';
import { LOADERS } from './tokenizers.ts';

const SCRIPT = join(import.meta.dirname, 'start.ts');
const RUNS = 5;

/** What each tokenizer takes to begin, each time in a new process. */
export async function startUpTable(): Promise<string> {
  const rows: Cell[][] = [];
  for (const name of Object.keys(LOADERS)) {
    const starts: Start[] = [];
    for (let run = 0; run < RUNS; run += 1) starts.push(await started(name));
    const of = (key: keyof Start): string => short(median(starts.map((start) => start[key])));
    rows.push([name, of('readyMs'), of('longestMs'), of('memoryMB')]);
  }
  return table(['start-up', 'until exact, ms', 'longest block, ms', 'memory, MB'], rows);
}

async function started(name: string): Promise<Start> {
  const args = ['--expose-gc', SCRIPT, name];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}
