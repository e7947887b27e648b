import { escaped } from './escaped.ts';

/** One chart: a bar for each span, and a line for what is allowed. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
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

/** The chart as SVG, in colors of the page. */
export function chartSvg({ title, unit, bars }: Chart): string {
  const top = niceAbove(Math.max(1e-9, ...bars.flatMap(({ value, limit = 0 }) => [value, limit])));
  const width = WIDTH / Math.max(1, bars.length);
  const y = (value: number): number => round(HEIGHT - (value / top) * HEIGHT);
  const drawn = bars.map(({ when, value }, index) => {
    const place = `x="${round(index * width)}" width="${round(Math.max(0.5, width * 0.9))}"`;
    const text = `${when}: ${short(value)} ${unit}`;
    const size = `y="${y(value)}" height="${round(HEIGHT - y(value))}"`;
    return `<rect ${place} ${size}><title>${escaped(text)}</title></rect>`;
  });
  return `<figure><figcaption>${escaped(title)}</figcaption>
<svg viewBox="-50 -10 ${WIDTH + 60} ${HEIGHT + 30}" role="img" aria-label="${escaped(title)}">
${[0, 0.5, 1].map((part) => grid(y(part * top), short(part * top))).join('')}
<g class="bars">${drawn.join('')}</g>
<path class="limit" d="${limitPath(bars, width, y)}"/>
<text x="0" y="${HEIGHT + 16}">${escaped(bars[0]?.when ?? '')}</text>
<text x="${WIDTH}" y="${HEIGHT + 16}" class="end">${escaped(bars.at(-1)?.when ?? '')}</text>
</svg></figure>
`;
}

function grid(y: number, text: string): string {
  return `<line x1="0" x2="${WIDTH}" y1="${y}" y2="${y}"/><text x="-6" y="${y + 4}" class="end">${text}</text>`;
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

/** The next of 1, 2 and 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10;
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
