import { corpora } from '../../test/estimate/corpora.ts';
import { agentTable } from './agent.ts';
import { runsTable } from './runs.ts';
import { stallTable } from './stalls.ts';
import { startUpTable } from './start-up.ts';
import { sizeTable, throughputTable } from './throughput.ts';
import { loadAll, OURS } from './tokenizers.ts';

/** How fast and how evenly tokens are counted, beside other tokenizers in the same run. */
export async function estimateTables(): Promise<string> {
  const start = await startUpTable();
  const texts = corpora();
  const counts = await loadAll();
  const ours = counts.get(OURS) ?? (() => Number.NaN);
  return [
    start,
    await throughputTable(texts, counts),
    await sizeTable(texts, ours),
    await runsTable(counts),
    await agentTable(texts, counts),
    await stallTable(texts, ours),
  ].join('\n\n');
}
