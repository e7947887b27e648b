import { escaped } from './escaped.ts';

/** One chart: a bar for each span, and a line for what is allowed. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  /** The top of the scale is no less. */
  readonly least?: number;
  readonly bars: readonly Bar[];
}

export interface Bar {
  /** When, in words. */
  readonly when: string;
  readonly value: number;
  readonly limit?: number | undefined;
}

const WIDTH = 720;
const HEIGHT = 150;

/** The chart in colors of the page. The drawing takes any width; texts beside it keep their size. */
export function chartHtml({ title, unit, least = 0, bars }: Chart): string {
  const most = Math.max(least, ...bars.flatMap(({ value, limit = 0 }) => [value, limit]));
  const top = niceAbove(most > 0 ? most : 1);
  const width = WIDTH / Math.max(1, bars.length);
  const y = (value: number): number => round(HEIGHT - (value / top) * HEIGHT);
  const drawn = bars.map(({ when, value }, index) => {
    const place = `x="${round(index * width)}" width="${round(Math.max(0.5, width * 0.9))}"`;
    const text = `${when}: ${short(value)} ${unit}`;
    const size = `y="${y(value)}" height="${round(HEIGHT - y(value))}"`;
    return `<rect ${place} ${size}><title>${escaped(text)}</title></rect>`;
  });
  const ends = bars.length > 1 ? [bars[0], bars.at(-1)] : bars;
  return `<figure><figcaption>${escaped(title)}</figcaption>
<div class="y">${spans([top, top / 2, 0].map(short))}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escaped(title)}">
${[0, HEIGHT / 2, HEIGHT].map((line) => `<line x2="${WIDTH}" y1="${line}" y2="${line}"/>`).join('')}
${drawn.join('')}<path d="${limitPath(bars, width, y)}"/>
</svg>
<div class="x">${spans(ends.map((bar) => bar?.when ?? ''))}</div></figure>
`;
}

function spans(texts: readonly string[]): string {
  return texts.map((text) => `<span>${escaped(text)}</span>`).join('');
}

function limitPath(bars: readonly Bar[], width: number, y: (value: number) => number): string {
  let isDrawing = false;
  const steps = bars.map(({ limit }, index) => {
    const from = round(index * width);
    const command = isDrawing ? 'L' : 'M';
    isDrawing = limit !== undefined;
    if (limit === undefined) return '';
    return `${command}${from} ${y(limit)}L${round(from + width)} ${y(limit)}`;
  });
  return steps.join('');
}

/** The next of those times a power of ten, whose halves are round, too. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 6, 8, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
}

export function short(value: number): string {
  if (value >= 1e6) return `${round(value / 1e6)}M`;
  if (value >= 10_000) return `${round(value / 1000)}k`;
  return String(value >= 1 || value === 0 ? round(value) : Number(value.toPrecision(2)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
