import type { Span } from './screen.ts';

/** What was seen at one time. */
export type Frame = readonly (readonly Span[])[];

export interface FilmOptions {
  readonly columns: number;
  readonly rows: number;
  /** For how long each frame is shown. */
  readonly frameMs: number;
  /** For how long the last one is shown besides. */
  readonly endMs: number;
}

const CHARACTER = 8.4;
const LINE = 19;
const EDGE = 16;

/**
 * An SVG that plays frames one after the other, for ever; only the last one for readers who want
 * nothing to move. It is light or dark as the page around it.
 */
export function film(frames: readonly Frame[], options: FilmOptions): string {
  const { columns, rows, frameMs, endMs } = options;
  const width = Math.ceil(columns * CHARACTER) + 2 * EDGE;
  const height = rows * LINE + 2 * EDGE;
  const playMs = frames.length * frameMs;
  const end = `translateY(${-(frames.length - 1) * height}px)`;
  const share = ((100 * playMs) / (playMs + endMs)).toFixed(2);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="The demo: bare clients beside limited ones">
<style>
text { font: 14px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1f2328; white-space: pre }
.b { font-weight: 700 }
.page { fill: #fff; stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.page { fill: #0d1117; stroke: #3d444d }
}
.film { animation: film ${(playMs + endMs) / 1000}s infinite }
@keyframes film {
0% { transform: none; animation-timing-function: steps(${frames.length - 1}, end) }
${share}%, 100% { transform: ${end} }
}
@media (prefers-reduced-motion: reduce) { .film { animation: none; transform: ${end} } }
</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<g class="film">
${frames.map((frame, index) => drawn(frame, index * height)).join('\n')}
</g>
</svg>
`;
}

function drawn(frame: Frame, top: number): string {
  return frame.flatMap((spans, row) => line(spans, top + EDGE + (row + 0.75) * LINE)).join('\n');
}

function line(spans: readonly Span[], y: number): string[] {
  const text = spans.map(({ text }) => text).join('');
  if (text.trim() === '') return [];
  const parts = spans.map(({ text, isBold }) =>
    isBold ? `<tspan class="b">${escaped(text)}</tspan>` : escaped(text),
  );
  const length = (text.length * CHARACTER).toFixed(1);
  return [`<text x="${EDGE}" y="${y}" textLength="${length}">${parts.join('')}</text>`];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
