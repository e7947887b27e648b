import type { RivalResult } from '../../bench/rivals/rivals-table.ts';
import { columnOf, isInReadme, rowOf } from './names.ts';

/** The table of the README. */
export function shortTable(results: readonly RivalResult[]): string {
  const isNamed = ({ limiter, isOurs }: RivalResult): boolean =>
    isOurs || /SDK|p-queue|bottleneck/.test(limiter);
  const shown = results.filter(isInReadme).filter(isNamed);
  return resultsTable(shown, "the provider's limit is a", refusals);
}

/** The table of the benchmarks. */
export function fullTable(results: readonly RivalResult[]): string {
  return resultsTable(results, '', refusalsAndTime);
}

/** The results of a bench as a table: a row for each limiter, a column for each way to enforce limits. */
function resultsTable(
  results: readonly RivalResult[],
  head: string,
  cellOf: (result: RivalResult) => string,
): string {
  const columns = [...new Set(results.map(columnOf))];
  const rows = [...new Set(results.map(rowOf))].map((row) => {
    const cells = results.filter((result) => rowOf(result) === row).map(cellOf);
    return `| ${[row, ...cells].join(' | ')} |\n`;
  });
  return `| ${[head, ...columns].join(' | ')} |\n|---${'|--:'.repeat(columns.length)}|\n${rows.join('')}`;
}

/** How many calls were answered with 429 and, where there are any, how many failed for good. */
function refusals({ status429, failed }: RivalResult): string {
  const count = status429.toLocaleString('en');
  return failed > 0 ? `${count} (${failed.toLocaleString('en')} failed)` : count;
}

/** The same and, where no call failed, the time. */
function refusalsAndTime(result: RivalResult): string {
  const time = result.failed > 0 ? '' : `; ${result.time.toFixed(2)}`;
  return `${refusals(result)}${time}`;
}
