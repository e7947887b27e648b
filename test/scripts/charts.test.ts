import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RivalResult } from '../../bench/rivals/rivals-table.ts';
import { type Bar, barChart } from '../../scripts/charts/bar-chart.ts';
import { isInReadme } from '../../scripts/charts/names.ts';
import { fullTable, shortTable } from '../../scripts/charts/table.ts';

const bar = (row: string, column: string, value: number): Bar => {
  return { row, column, value, label: `${value} & more`, isOurs: row === 'ours' };
};
const svg = barChart([bar('theirs', 'a', 5), bar('theirs', 'b', 50), bar('ours', 'a', 0)], {
  ...{ title: 'A <title>', note: 'a note', most: 10 },
});

it('draws bars as long as their values, to the most that there is room for', () => {
  const widths = [...svg.matchAll(/<rect class="(\w+)" x="(\d+)" y="\d+" width="([\d.]+)"/g)];
  expect(widths.map(([, kind, x, width]) => [kind, x, width])).toEqual([
    ['other', '260', '29.0'],
    ['other', '426', '58.0'],
    ['ours', '260', '0.0'],
  ]);
});

it('writes names, labels and notes as text, light and dark', () => {
  for (const text of ['>A &lt;title&gt;<', '>5 &amp; more<', '>theirs<', '>a note<']) {
    expect(svg).toContain(text);
  }
  expect(svg).toContain('prefers-color-scheme: dark');
});

it('the charts of the docs show what was measured last (node scripts/charts/draw.ts)', () => {
  const results: RivalResult[] = JSON.parse(readFileSync('docs/charts/rivals.json', 'utf8'));
  expect(results.length).toBeGreaterThan(20);
  const labels = (name: string): string[] =>
    [...readFileSync(`docs/charts/${name}`, 'utf8').matchAll(/class="value"[^>]*>([^<,]+)/g)].map(
      ([, label]) => label!,
    );
  expect(labels('time.svg')).toEqual(results.map(({ time }) => time.toFixed(2)));
  expect(labels('refused.svg')).toEqual(
    results.map(({ status429 }) => status429.toLocaleString('en').split(',')[0]),
  );
  const short = results.filter(isInReadme);
  expect(labels('refused-short.svg')).toEqual(
    short.map(({ status429 }) => status429.toLocaleString('en').split(',')[0]),
  );
});

it.each([
  ['rivals', fullTable],
  ['rivals-short', shortTable],
])('the tables of the docs show the same: %s', (name, tableOf) => {
  const results: RivalResult[] = JSON.parse(readFileSync('docs/charts/rivals.json', 'utf8'));
  expect(readFileSync(`bench/results/${name}.md`, 'utf8')).toBe(tableOf(results));
});
