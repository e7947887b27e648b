import type { WriteStream } from 'node:tty';
import type { LaneSnapshot } from 'llm-headroom';
import type { Tally } from './job.ts';

export interface ProgressOptions {
  readonly tally: Tally;
  readonly snapshot: () => readonly LaneSnapshot[];
}

const CLEAR_LINE = '\r\x1b[K';
const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5000;

/** Shows how far the job is: on a terminal in one line that changes, else in a line now and then. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #out: WriteStream;
  readonly #timer: NodeJS.Timeout;

  constructor(options: ProgressOptions, out: WriteStream) {
    this.#options = options;
    this.#out = out;
    this.#timer = out.isTTY
      ? setInterval(() => this.#draw(), REDRAW_MS)
      : setInterval(() => out.write(`${this.#text()}\n`), PLAIN_LINE_MS);
  }

  /** Lets `write` write whole lines, above the progress where that is a line that changes. */
  above(write: () => void): void {
    this.#clear();
    write();
    this.#draw();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    if (this.#out.isTTY) {
      this.#out.write(CLEAR_LINE + this.#text().slice(0, this.#out.columns - 1));
    }
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write(CLEAR_LINE);
  }

  #text(): string {
    const { tally, snapshot } = this.#options;
    const lanes = snapshot();
    const ended = tally.done + tally.failed;
    const inFlight = sum(lanes, (lane) => lane.inFlight);
    const etaMs = etaOf(lanes, tally.total - ended - inFlight);
    const parts = [
      `${bar(ended, tally.total)} ${tally.done}/${tally.total} done`,
      `${inFlight} in flight`,
      `${sum(lanes, (lane) => lane.queued)} waiting`,
      `ETA ${etaMs === undefined ? '?' : Math.ceil(etaMs / 1000)} s`,
      ...(lanes.some((lane) => lane.pausedUntil !== undefined) ? ['paused'] : []),
    ];
    return parts.join(' · ');
  }
}

const BAR_WIDTH = 16;

function bar(done: number, total: number): string {
  const filled = Math.round((BAR_WIDTH * done) / total);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

/** When the last call goes. The lanes know those that wait; some of the `unsent` are yet to come. */
function etaOf(lanes: readonly LaneSnapshot[], unsent: number): number | undefined {
  const waiting = sum(lanes, (lane) => lane.queued);
  const etas = lanes.map((lane) => lane.etaMs);
  if (etas.includes(undefined)) return undefined;
  const etaMs = Math.max(0, ...etas.map((each = 0) => each));
  return waiting === 0 ? 0 : etaMs * Math.min(unsent / waiting, 2);
}

function sum(lanes: readonly LaneSnapshot[], of: (lane: LaneSnapshot) => number): number {
  return lanes.reduce((total, lane) => total + of(lane), 0);
}
