import { corpora } from '../../test/tokens/corpora.ts';
import { agentTable } from './agent.ts';
import { runsTable } from './runs.ts';
import { stallTable } from './stalls.ts';
import { startUpTable } from './start-up.ts';
import { sizeTable, throughputTable } from './throughput.ts';
import { type Count, loadAll, OURS } from './tokenizers.ts';

const counts = once(loadAll);
const texts = once(async () => corpora());
const ours = async (): Promise<Count> => (await counts()).get(OURS) ?? (() => Number.NaN);

/** How fast and how evenly tokens are counted, beside other tokenizers in the same run; by name. */
export const ESTIMATE_TABLES: Readonly<Record<string, () => Promise<string>>> = {
  'start-up': startUpTable,
  throughput: async () => throughputTable(await texts(), await counts()),
  sizes: async () => sizeTable(await texts(), await ours()),
  runs: async () => runsTable(await counts()),
  agent: async () => agentTable(await texts(), await counts()),
  stalls: async () => stallTable(await texts(), await ours()),
};

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
