/**
 * Draws `docs/charts/*.svg` from `docs/charts/rivals.json`, the results of a bench, and writes the same
 * as tables: `npm run docs` puts these into the pages. With `--measure`, the bench runs first: it takes
 * some minutes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RivalResult, rivalsResults } from '../../bench/rivals/rivals-table.ts';
import { type Bar, barChart, type ChartOptions } from './bar-chart.ts';
import { columnOf, isInReadme, rowOf } from './names.ts';
import { fullTable, shortTable } from './table.ts';

const CHARTS = join(import.meta.dirname, '../../docs/charts');
const RESULTS = join(CHARTS, 'rivals.json');
const TABLES = join(import.meta.dirname, '../../bench/results');
const WORK = '1,200 calls at once through OpenAI’s SDK, on a simulated provider';

if (process.argv.includes('--measure')) {
  const lines = (await rivalsResults()).map((each) => JSON.stringify(each));
  writeFileSync(RESULTS, `[\n${lines.join(',\n')}\n]\n`);
}
const results: readonly RivalResult[] = JSON.parse(readFileSync(RESULTS, 'utf8'));

function draw(
  name: string,
  options: ChartOptions,
  barOf: (result: RivalResult) => Pick<Bar, 'value' | 'label' | 'isPale'>,
  shown = results,
): void {
  const bars = shown.map((result): Bar => {
    const { isOurs } = result;
    return { row: rowOf(result), column: columnOf(result), isOurs, ...barOf(result) };
  });
  writeFileSync(join(CHARTS, name), barChart(bars, options));
}

const refused: ChartOptions = {
  title: 'Requests refused with a 429, by how the provider enforces its limits',
  note: `${WORK}. Fewer is better.`,
  most: Math.max(...results.map(({ status429 }) => status429)),
};
const countOf = ({ status429 }: RivalResult) => ({
  value: status429,
  label: status429.toLocaleString('en'),
});
draw('refused.svg', refused, countOf);
draw('refused-short.svg', refused, countOf, results.filter(isInReadme));
draw(
  'time.svg',
  {
    title: 'Time to finish, compared with sending at an even 80 % of the limit (1.00)',
    note: `${WORK}. Pale: calls failed, so less work was done. Less than 1: a burst at the start.`,
    most: 3,
  },
  ({ time, failed }) => ({
    value: time,
    label: failed > 0 ? `${time.toFixed(2)}, ${failed} failed` : time.toFixed(2),
    isPale: failed > 0,
  }),
);

writeFileSync(join(TABLES, 'rivals-short.md'), shortTable(results));
writeFileSync(join(TABLES, 'rivals.md'), fullTable(results));
