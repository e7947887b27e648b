/**
 * Draws `docs/charts/*.svg` from `docs/charts/rivals.json`, the results of a bench. With `--measure`,
 * the bench runs first: it takes some minutes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RivalResult, rivalsResults } from '../../bench/rivals/rivals-table.ts';
import { type Bar, barChart, type ChartOptions } from './bar-chart.ts';

const CHARTS = join(import.meta.dirname, '../../docs/charts');
const RESULTS = join(CHARTS, 'rivals.json');
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
): void {
  const bars = results.map((result): Bar => {
    const { limiter: row, enforcement: column, isOurs } = result;
    return { row, column, isOurs, ...barOf(result) };
  });
  writeFileSync(join(CHARTS, name), barChart(bars, options));
}

draw(
  'refused.svg',
  {
    title: 'Requests refused with 429, by how the provider enforces its limits',
    note: `${WORK}. Fewer is better.`,
    most: Math.max(...results.map(({ status429 }) => status429)),
  },
  ({ status429 }) => ({ value: status429, label: status429.toLocaleString('en') }),
);
draw(
  'time.svg',
  {
    title: 'Time to finish: 1 is as long as the limits take at an even rate',
    note: `${WORK}. Pale: calls failed, so there was less to do; below 1: a burst was used.`,
    most: 3,
  },
  ({ time, failed }) => ({
    value: time,
    label: failed > 0 ? `${time.toFixed(2)}, ${failed} lost` : time.toFixed(2),
    isPale: failed > 0,
  }),
);
