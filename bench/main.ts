import { batchMemoryTable } from './batch-memory.ts';
import { batchTable } from './batch-table.ts';
import { batchWaysTable } from './batch-ways.ts';
import { beforeAfterTable } from './before-after.ts';
import { costTable } from './cost.ts';
import { accuracyTable } from './estimate/accuracy.ts';
import { ESTIMATE_TABLES } from './estimate/estimate-tables.ts';
import { joiningTable } from './joining.ts';
import { overtakingTable } from './overtaking.ts';
import { redisTables } from './redis/redis-tables.ts';
import { largeCallTable } from './rivals/large-call.ts';
import { rivalsTable } from './rivals/rivals-table.ts';
import { STORE_TABLES } from './stores/store-benches.ts';
import { utilizationTable } from './utilization.ts';
import { waitingTable } from './waiting.ts';

const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  batch: batchTable,
  'batch:memory': batchMemoryTable,
  'batch:ways': batchWaysTable,
  'before-after': beforeAfterTable,
  cost: costTable,
  'cost:joining': joiningTable,
  'cost:waiting': waitingTable,
  ...Object.fromEntries(
    Object.entries(ESTIMATE_TABLES).map(([part, bench]) => [`estimate:${part}`, bench]),
  ),
  estimates: accuracyTable,
  overtaking: overtakingTable,
  'rivals:batch': rivalsTable,
  'rivals:large': largeCallTable,
  ...STORE_TABLES,
  'redis:rivals': redisTables,
  utilization: utilizationTable,
};

/** `estimate` stands for all of its parts, `estimate:stalls` for one. */
function isAsked(bench: string, name: string): boolean {
  return bench === name || bench.startsWith(`${name}:`);
}

const names = process.argv.slice(2);
const all = Object.keys(BENCHES);
const unknown = names.filter((name) => !all.some((bench) => isAsked(bench, name)));
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  const asked = names.length === 0 || names.some((each) => isAsked(name, each));
  if (asked) console.log(`${await bench()}\n`);
}
