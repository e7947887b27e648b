import type { BatchProgress } from '../batch/progress.ts';
import { roughly } from '../rough-duration.ts';
import type { Arguments } from './arguments.ts';
import { batchesOf, countOf } from './count-of.ts';
import type { Io } from './io.ts';
import { bar, TerminalLine } from './terminal-line.ts';

/** What a run knows beside its batch. */
export interface Progress extends BatchProgress {
  /** Calls that were answered with 429. */
  readonly refused: number;
  /** Until when a lane is stopped, in milliseconds since the epoch. */
  readonly pausedUntil: number | undefined;
}

/** Where nobody watches, a line each ten seconds. */
const PLAIN_EVERY = 10;

/** Shows how far a run is, once a second: a text that changes, plain lines, or lines of JSON. */
export class ProgressLine {
  readonly #io: Io;
  readonly #how: Pick<Arguments, 'quiet' | 'json'>;
  readonly #terminal: TerminalLine | undefined;
  #told = 0;
  #toldOfBatches = '';

  constructor(io: Io, how: Pick<Arguments, 'quiet' | 'json'>) {
    this.#io = io;
    this.#how = how;
    this.#terminal = io.isTerminal ? new TerminalLine(io) : undefined;
  }

  show(progress: Progress): void {
    if (this.#how.json) this.#io.out(`${JSON.stringify(progress)}\n`);
    else if (this.#how.quiet) return;
    else if (this.#terminal !== undefined) this.#terminal.show(terminalText(progress));
    else if (this.#told++ % PLAIN_EVERY === 0) this.#io.err(`${progressText(progress)}\n`);
  }

  /** The same, of batches. */
  showBatches(progress: {
    readonly batches: number;
    readonly calls: number;
    readonly ended: number;
  }): void {
    const { batches, calls, ended } = progress;
    if (this.#how.json) this.#io.out(`${JSON.stringify(progress)}\n`);
    if (this.#how.json || this.#how.quiet) return;
    const text = `${batchesOf(batches)} open, ${ended} of ${countOf(calls, 'request')} ended`;
    if (this.#terminal !== undefined) this.#terminal.show(`${bar(ended / calls)}  ${text}`);
    else if (text !== this.#toldOfBatches) this.#io.err(`${text}\n`);
    this.#toldOfBatches = text;
  }

  /** Something else to say, on a line of its own. */
  say(text: string): void {
    if (this.#terminal === undefined) this.#io.err(`${text}\n`);
    else this.#terminal.say(text);
  }
}

/** `1204/10000 · 18 min left · $0.42 · 0 429s · 96 % of 500 RPM · 48 % of 200k TPM` */
export function progressText(progress: Progress): string {
  return [...doneParts(progress), ...useParts(progress)].join(' · ');
}

/** The same on two lines, with a bar. */
function terminalText(progress: Progress): string {
  const { done, total } = progress;
  const drawn = total === undefined ? '' : `${bar(total === 0 ? 1 : done / total)}  `;
  return `${drawn}${doneParts(progress).join(' · ')}\n${useParts(progress).join(' · ')}`;
}

function doneParts({ done, failed, total, etaMs, pausedUntil }: Progress): string[] {
  const parts = [
    total === undefined ? `${done}` : `${done}/${total}`,
    failed > 0 ? `${failed} failed` : '',
    etaMs === undefined ? '' : `${roughly(etaMs)} left`,
    pausedUntil === undefined ? '' : `paused until ${new Date(pausedUntil).toISOString()}`,
  ];
  return parts.filter((part) => part !== '');
}

function useParts({ rate, limit, used, usd, refused }: Progress): string[] {
  return [
    ...(usd === undefined ? [] : [dollars(usd)]),
    `${refused} 429s`,
    `${of(rate.requests, limit.requests, used.requests)} RPM`,
    `${of(rate.tokens, limit.tokens, used.tokens)} TPM`,
  ];
}

/** A burst is more than a limit has in a minute: a share of what was allowed is not. */
function of(rate: number, most: number | undefined, share: number | undefined): string {
  if (most === undefined || share === undefined) return short(rate);
  return `${Math.round(100 * share)} % of ${short(most)}`;
}

function short(amount: number): string {
  if (amount < 10_000) return String(Math.round(amount));
  return amount < 10_000_000 ? `${Math.round(amount / 1000)}k` : `${Math.round(amount / 1e6)}M`;
}

/** To the cent, and less where that is 0. */
export function dollars(usd: number): string {
  return `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`;
}
