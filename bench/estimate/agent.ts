import type { Corpus } from '../../test/tokens/corpora.ts';
import { short, table } from './markdown.ts';
import { fresh, megabytes } from './measure.ts';
import { type Count, OURS } from './tokenizers.ts';

const TURNS = 60;

interface Message {
  readonly role: string;
  readonly content: string;
}

/**
 * An agent's conversation of 60 turns, all of it sent again with each. Ours remembers what it has
 * counted; for the others, what each turn's new messages take is measured once and added up.
 */
export async function agentTable(
  corpora: Readonly<Record<Corpus, string>>,
  counts: ReadonlyMap<string, Count>,
): Promise<string> {
  const turns = Array.from({ length: TURNS }, (_, turn) => messagesOf(turn, corpora));
  const rows = [];
  for (const [name, count] of counts) {
    const times = name === OURS ? await remembered(turns) : await recounted(turns, count);
    const all = times.reduce((sum, ms) => sum + ms, 0);
    rows.push([
      name,
      short(times[0] ?? 0),
      short(times[TURNS / 2] ?? 0),
      short(times.at(-1) ?? 0),
      short(all),
    ]);
  }
  const size = short(megabytes(JSON.stringify(turns)));
  const head = [`60 turns, at last ${size} MB: ms for turn`, '1', '31', '60', 'all'];
  return table(head, rows);
}

async function remembered(turns: readonly (readonly Message[])[]): Promise<number[]> {
  const { estimateTokens } = await import('../../src/tokens/estimate.ts');
  const times: number[] = [];
  for (let turn = 1; turn <= turns.length; turn += 1) {
    // Copies, as a program makes them that reads its conversation from somewhere.
    const messages = JSON.parse(JSON.stringify(turns.slice(0, turn).flat()));
    const body = { model: 'gpt-4o', messages };
    const startedAt = performance.now();
    await estimateTokens({ provider: 'openai', path: '/chat/completions', body });
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function recounted(turns: readonly (readonly Message[])[], count: Count): Promise<number[]> {
  const times: number[] = [];
  let all = 0;
  for (const messages of turns) {
    const startedAt = performance.now();
    for (const { content } of messages) await count(content);
    all += performance.now() - startedAt;
    times.push(all);
  }
  return times;
}

/** A question, an answer and a file that a tool has read. */
function messagesOf(turn: number, { prose, code }: Readonly<Record<Corpus, string>>): Message[] {
  return [
    { role: 'user', content: fresh(prose, 400, 3 * turn) },
    { role: 'assistant', content: fresh(prose, 2000, 3 * turn + 1) },
    { role: 'tool', content: fresh(code, 15_000, 3 * turn + 2) },
  ];
}
