import { type Cell, short, table } from './markdown.ts';
import type { Count } from './tokenizers.ts';

const LENGTH = 100_000;
/** Peers take time by the square of the length: they get a run that is so much shorter. */
const EASING: Readonly<Record<string, number>> = {
  'js-tiktoken': 100,
  'tiktoken (WASM)': 20,
  'gpt-tokenizer': 20,
  'ai-tokenizer': 20,
};
const UNITS = [
  ['a', 'a'],
  ['space', ' '],
  ['line break', '\n'],
  ['_', '_'],
  ['人', '人'],
  ['😀', '😀'],
] as const;

/** How long 100,000 times one character takes. What wasn't run at that length is extrapolated. */
export async function runsTable(counts: ReadonlyMap<string, Count>): Promise<string> {
  const rows: Cell[][] = [];
  for (const [name, unit] of UNITS) {
    const cells: string[] = [];
    for (const [peer, count] of counts) {
      const easing = (EASING[peer] ?? 1) * (peer in EASING && unit > '~' ? 4 : 1);
      const scale = easing ** 2;
      const text = unit.repeat(LENGTH / easing);
      await count(`${text.slice(0, 200)}.`);
      const startedAt = performance.now();
      await count(text);
      const ms = (performance.now() - startedAt) * scale;
      cells.push(scale > 1 ? `≈ ${short(ms)}` : short(ms));
    }
    rows.push([`100,000 × ${name}`, ...cells]);
  }
  return table(['ms', ...counts.keys()], rows);
}
