/** One bar: a row and a column of the chart meet there. */
export interface Bar {
  readonly row: string;
  readonly column: string;
  readonly value: number;
  /** Stands beside the bar. */
  readonly label: string;
  /** In the color that stands out. */
  readonly isOurs: boolean;
  /** Pale: it isn't comparable with the others. */
  readonly isPale?: boolean | undefined;
}

export interface ChartOptions {
  readonly title: string;
  readonly note: string;
  /** A bar of this value or more is as long as there is room. */
  readonly most: number;
}

const NAME_WIDTH = 260;
const COLUMN_WIDTH = 166;
const BAR_WIDTH = 58;
const ROW = 24;
const TOP = 78;
const BOTTOM = 34;

/**
 * Bars in columns beside each other, a row for each name, as an SVG that is light or dark as the page
 * around it. Rows and columns are in the order in which the bars name them.
 */
export function barChart(bars: readonly Bar[], { title, note, most }: ChartOptions): string {
  const rows = [...new Set(bars.map(({ row }) => row))];
  const columns = [...new Set(bars.map(({ column }) => column))];
  const width = NAME_WIDTH + columns.length * COLUMN_WIDTH + 16;
  const height = TOP + rows.length * ROW + BOTTOM;
  const left = (column: string): number => NAME_WIDTH + columns.indexOf(column) * COLUMN_WIDTH;
  const middle = (row: string): number => TOP + (rows.indexOf(row) + 0.5) * ROW;
  const drawn = bars.map((bar) => {
    const share = Math.min(1, bar.value / most);
    const length = share === 0 ? 0 : Math.max(1, BAR_WIDTH * share);
    const kind = `${bar.isOurs ? 'ours' : 'other'}${bar.isPale ? ' pale' : ''}`;
    const [x, y] = [left(bar.column), middle(bar.row)];
    return [
      `<rect class="${kind}" x="${x}" y="${y - 7}" width="${length.toFixed(1)}" height="14" rx="2"/>`,
      `<text class="value" x="${(x + length + 5).toFixed(1)}" y="${y + 4}">${escaped(bar.label)}</text>`,
    ].join('');
  });
  const ours = new Set(bars.filter(({ isOurs }) => isOurs).map(({ row }) => row));
  const names = rows.map((row) => {
    const kind = ours.has(row) ? ' class="name"' : '';
    return `<text${kind} x="16" y="${middle(row) + 4}">${escaped(row)}</text>`;
  });
  const heads = columns.map(
    (column) => `<text class="head" x="${left(column)}" y="${TOP - 8}">${escaped(column)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px system-ui, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.name { font-weight: 600 }
.head, .value, .note { font-size: 12px; fill: #59636e }
.page { fill: #fff; stroke: #d1d9e0 }
.ours { fill: #0969da }
.other { fill: #afb8c1 }
.pale { opacity: 0.45 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.head, .value, .note { fill: #9198a1 }
.page { fill: #0d1117; stroke: #3d444d }
.ours { fill: #4493f8 }
.other { fill: #656c76 }
}
</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<text class="title" x="16" y="32">${escaped(title)}</text>
${[...heads, ...names, ...drawn].join('\n')}
<text class="note" x="16" y="${height - 13}">${escaped(note)}</text>
</svg>
`;
}

function escaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => named[character] ?? character);
}
