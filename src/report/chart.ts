import { scaleLinear, scaleUtc } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { escaped } from './escaped.ts';

/** One chart: a bar for each span, and a line for what is allowed. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  /** The top of the scale is no less. */
  readonly least?: number;
  /** How long the run took, in milliseconds. */
  readonly tookMs: number;
  readonly bars: readonly Bar[];
}

/** A span of the run, in milliseconds since its start. */
export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number;
  readonly limit?: number | undefined;
}

const WIDTH = 720;
const HEIGHT = 150;
/** So many marks on the axes, about. */
const MARKS = { x: 4, y: 3 };
/** Of a bar's span, between it and the next. */
const GAP = 0.1;

/** The chart in colors of the page. The drawing takes any width; texts beside it keep their size. */
export function chartHtml({ title, unit, least = 0, tookMs, bars }: Chart): string {
  const most = Math.max(least, ...bars.flatMap(({ value, limit = 0 }) => [value, limit]));
  const y = scaleLinear([0, most > 0 ? most : 1], [HEIGHT, 0]).nice(MARKS.y);
  // Times since the start, of which round ones are known: 15 s, 5 minutes, 3 hours.
  const x = scaleUtc([new Date(0), new Date(Math.max(1, tookMs))], [0, WIDTH]);
  const marks = y.ticks(MARKS.y);
  const drawn = bars.map(({ fromMs, toMs, value }) => {
    const [from, to] = [x(fromMs), x(toMs)];
    const width = Math.max(0.5, (to - from) * (1 - GAP));
    const place = `x="${round(from)}" width="${round(width)}"`;
    const size = `y="${round(y(value))}" height="${round(HEIGHT - y(value))}"`;
    const text = `${elapsed(fromMs)} to ${elapsed(toMs)}: ${short(value)} ${unit}`;
    return `<rect ${place} ${size}><title>${escaped(text)}</title></rect>`;
  });
  const lines = marks.map((mark) => `<line x2="${WIDTH}" y1="${y(mark)}" y2="${y(mark)}"/>`);
  const times = x.ticks(MARKS.x).map((time) => [x(time) / WIDTH, elapsed(time.getTime())] as const);
  const values = marks.map((mark) => [y(mark) / HEIGHT, short(mark)] as const);
  return `<figure><figcaption>${escaped(title)}</figcaption>
<div class="y">${spans('top', values)}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escaped(title)}">
${lines.join('')}
${drawn.join('')}<path d="${limitPath(bars, x, y)}"/>
</svg>
<div class="x">${spans('left', times)}</div></figure>
`;
}

/** Texts at their places, from 0 to 1. Those at the ends stay within. */
function spans(side: 'top' | 'left', texts: readonly (readonly [number, string])[]): string {
  return texts
    .map(([at, text]) => {
      const place = `${round(at * 100)}%`;
      const shift = side === 'left' ? `;transform:translateX(-${place})` : '';
      return `<span style="${side}:${place}${shift}">${escaped(text)}</span>`;
    })
    .join('');
}

type Place = (value: number) => number;

/** A step for each span, and its end. */
function limitPath(bars: readonly Bar[], x: Place, y: Place): string {
  const last = bars.at(-1);
  const steps = bars.map(({ fromMs: at, limit }) => ({ at, limit }));
  if (last !== undefined) steps.push({ at: last.toMs, limit: last.limit });
  const path = line<(typeof steps)[number]>()
    .defined(({ limit }) => limit !== undefined)
    .x(({ at }) => x(at))
    .y(({ limit = 0 }) => y(limit))
    .curve(curveStepAfter)
    .digits(2);
  return path(steps) ?? '';
}

/** A time since the start, as a clock shows it: `0:11:26`. */
export function elapsed(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  const digits = [minutes, seconds].map((count) => String(count % 60).padStart(2, '0'));
  return [hours, ...digits].join(':');
}

export function short(value: number): string {
  if (value >= 1e6) return `${round(value / 1e6)}M`;
  if (value >= 10_000) return `${round(value / 1000)}k`;
  return String(value >= 1 || value === 0 ? round(value) : Number(value.toPrecision(2)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
