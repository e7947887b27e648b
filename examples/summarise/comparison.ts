import type { Tally } from './job.ts';
import { inSeconds } from './notices.ts';
import { table } from './table.ts';

/** What came of the same work with one kind of client. */
export interface Outcome {
  readonly tally: Tally;
  readonly refused: number;
  readonly ms: number;
}

/** Both side by side, and what limits have saved. */
export function comparison(bare: Outcome, limited: Outcome): string {
  const rows = [
    ['the same work', 'done', 'lost', '429s', 'time'],
    ['bare clients', ...cells(bare)],
    ['with llm-headroom', ...cells(limited)],
  ];
  return `${table(rows)}\n\n${saved(bare, limited)}`;
}

function cells({ tally, refused, ms }: Outcome): string[] {
  return [`${tally.done}`, `${tally.total - tally.done}`, `${refused}`, inSeconds(ms)];
}

function saved(bare: Outcome, limited: Outcome): string {
  const calls = limited.tally.done - bare.tally.done;
  const refusals = bare.refused - limited.refused;
  if (calls <= 0 && refusals <= 0) return 'The limits were not met: there was nothing to save.';
  return `Saved: ${calls} calls that the bare clients lost, and ${refusals} refusals.`;
}
