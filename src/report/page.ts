import { MINUTE_MS } from '../model/limits.ts';
import { roughly } from '../rough-duration.ts';
import { type Bar, chartHtml, elapsed, short } from './chart.ts';
import { escaped } from './escaped.ts';
import type { ReportData } from './report-data.ts';
import type { Bucket } from './series.ts';
import { STYLE } from './style.ts';

/** A page of HTML that needs nothing else. */
export function pageOf(data: ReportData): string {
  const title = escaped(data.title);
  // In a script, nothing but its end is markup.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p class="when">${dateOf(data.startedAt)}, ${roughly(data.endedAt - data.startedAt)}</p>
${cards(data)}
${charts(data)}
${slowest(data)}
${failures(data)}
${pauses(data)}
<script type="application/json" id="data">${json}</script>
</html>
`;
}

function cards({ totals, requests, refused }: ReportData): string {
  const ways = totals.batch > 0 ? `${totals.live} live, ${totals.batch} by batch` : '';
  const unpriced = totals.unpriced > 0 ? `${totals.unpriced} without a price` : 'list prices';
  const shown: readonly (readonly [string, string, string])[] = [
    ['Results', String(totals.results), ways],
    ['Failed', String(totals.failed), ''],
    ['Requests', String(requests), 'attempts, live'],
    ['429s', String(refused), ''],
    tokens('Tokens in', totals.inputTokens),
    tokens('Tokens out', totals.outputTokens),
    ['Spend', `$${money(totals.usd)}`, unpriced],
  ];
  const items = shown.map(
    ([name, value, note]) => `<li><b>${value}</b><span>${name}</span><small>${note}</small></li>`,
  );
  return `<ul class="cards">${items.join('')}</ul>`;
}

function tokens(name: string, count: number): readonly [string, string, string] {
  const value = short(count);
  return [name, value, value === String(count) ? '' : String(count)];
}

function charts({ series, widthMs, startedAt, endedAt }: ReportData): string {
  const tookMs = endedAt - startedAt;
  // The first span began before the run, and the last one may end after it.
  const within = (at: number): number => Math.min(tookMs, Math.max(0, at - startedAt));
  const bars = (
    value: (bucket: Bucket, index: number) => number,
    limit?: (bucket: Bucket) => number | undefined,
  ): Bar[] =>
    series.map((bucket, index) => ({
      fromMs: within(bucket.at),
      toMs: within(bucket.at + widthMs),
      value: value(bucket, index),
      limit: limit?.(bucket),
    }));
  // In the minute that ends with a span: limits allow bursts, which shorter spans would blow up.
  const spans = Math.max(1, Math.round(MINUTE_MS / widthMs));
  const perMinute = (name: 'requests' | 'tokens') => (_: Bucket, index: number) =>
    (sumOf(series.slice(Math.max(0, index + 1 - spans), index + 1), name) * MINUTE_MS) /
    (spans * widthMs);
  let spent = 0;
  return [
    chartHtml({
      tookMs,
      title: 'Requests a minute, and their limit (dashed)',
      unit: 'a minute',
      bars: bars(perMinute('requests'), ({ requestLimit }) => requestLimit),
    }),
    chartHtml({
      tookMs,
      title: 'Tokens a minute, and their limit (dashed)',
      unit: 'a minute',
      bars: bars(perMinute('tokens'), ({ tokenLimit }) => tokenLimit),
    }),
    chartHtml({
      tookMs,
      title: 'Mean wait of a call here, in seconds',
      unit: 's',
      bars: bars(({ waitedMs, requests }) => waitedMs / 1000 / Math.max(1, requests)),
    }),
    chartHtml({
      tookMs,
      title: '429s',
      unit: '429s',
      least: 4,
      bars: bars(({ refused }) => refused),
    }),
    chartHtml({
      tookMs,
      title: 'Spend so far, in US dollars',
      unit: 'US dollars',
      bars: bars(({ usd }) => {
        spent += usd;
        return spent;
      }),
    }),
  ].join('');
}

function sumOf(buckets: readonly Readonly<Bucket>[], name: 'requests' | 'tokens'): number {
  return buckets.reduce((sum, bucket) => sum + bucket[name], 0);
}

function slowest({ slowest: calls }: ReportData): string {
  const rows = calls.map(({ id, line, model, latencyMs, outputTokens }) => [
    ...called(id, line, calls),
    model,
    roughly(latencyMs),
    outputTokens === undefined ? '' : String(outputTokens),
  ]);
  return table(
    'Slowest calls',
    [...called('call', 'line', calls), 'model', 'in flight', 'tokens out'],
    rows,
  );
}

function failures({ failures: failed, totals }: ReportData): string {
  const more = totals.failed > failed.length ? `, the first ${failed.length}` : '';
  const rows = failed.map(({ id, line, failure }) => [...called(id, line, failed), failure]);
  return table(`Failed calls${more}`, [...called('call', 'line', failed), 'why'], rows);
}

/** Which call a row is about: with its line, where any has one. */
function called(
  id: string,
  line: number | string | undefined,
  all: readonly { readonly line?: number | undefined }[],
): string[] {
  return all.some((each) => each.line !== undefined) ? [id, String(line ?? '')] : [id];
}

function pauses({ pauses: all, startedAt }: ReportData): string {
  const rows = all.map(({ at, lane, ms }) => [`+${elapsed(at - startedAt)}`, lane, roughly(ms)]);
  return table('Pauses after 429s', ['when', 'lane', 'for'], rows);
}

function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return '';
  const row = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row('td', cells)).join('');
  return `<h2>${title}</h2><table>${row('th', heads)}${body}</table>`;
}

function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function money(usd: number): string {
  return usd >= 0.1 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2);
}
