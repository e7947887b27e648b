import { batchTable } from './batch-table.ts';
import { estimateTables } from './estimate/estimate-tables.ts';
import { overtakingTable } from './overtaking.ts';

const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  batch: batchTable,
  estimate: estimateTables,
  overtaking: overtakingTable,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `No bench is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`,
  );
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length === 0 || names.includes(name)) console.log(`${await bench()}\n`);
}
