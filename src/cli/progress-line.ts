import type { BatchProgress } from '../batch/progress.ts';
import { roughly } from '../duration.ts';
import type { Arguments } from './arguments.ts';
import { batchesOf, countOf } from './count-of.ts';
import type { Io } from './io.ts';

/** What a run knows beside its batch. */
export interface Progress extends BatchProgress {
  /** Calls that were answered with 429. */
  readonly refused: number;
  /** Until when a lane is stopped, in milliseconds since the epoch. */
  readonly pausedUntil: number | undefined;
}

/** Where nobody watches, a line each ten seconds. */
const PLAIN_EVERY = 10;

/** Shows how far a run is, once a second: one line that changes, plain lines, or lines of JSON. */
export class ProgressLine {
  readonly #io: Io;
  readonly #how: Pick<Arguments, 'quiet' | 'json'>;
  #told = 0;
  #toldOfBatches = '';

  constructor(io: Io, how: Pick<Arguments, 'quiet' | 'json'>) {
    this.#io = io;
    this.#how = how;
  }

  show(progress: Progress): void {
    if (this.#how.json) this.#io.out(`${JSON.stringify(progress)}\n`);
    else if (this.#how.quiet) return;
    else if (this.#io.isTerminal) this.#rewrite(progressText(progress));
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
    if (this.#io.isTerminal) this.#rewrite(text);
    else if (text !== this.#toldOfBatches) this.#io.err(`${text}\n`);
    this.#toldOfBatches = text;
  }

  /** Cut to the terminal's width: a line that is wrapped could not be written over. */
  #rewrite(text: string): void {
    this.#io.err(`\r\u001b[K${text.slice(0, (this.#io.columns || 80) - 1)}`);
  }

  /** Something else to say, on a line of its own. */
  say(text: string): void {
    this.#io.err(`${this.#io.isTerminal ? '\r\u001b[K' : ''}${text}\n`);
  }
}

/**
 * What matters most comes first, where no terminal cuts it:
 * `1204/10000 · 18 min left · $0.42 · 0 429s · 480 of 500 RPM · 96k of 200k TPM`
 */
export function progressText(progress: Progress): string {
  const { done, failed, total, rate, limit, usd, etaMs, refused, pausedUntil } = progress;
  const parts = [
    total === undefined ? `${done}` : `${done}/${total}`,
    failed > 0 ? `${failed} failed` : '',
    etaMs === undefined ? '' : `${roughly(etaMs)} left`,
    pausedUntil === undefined ? '' : `paused until ${new Date(pausedUntil).toISOString()}`,
    usd === undefined ? '' : dollars(usd),
    `${refused} 429s`,
    `${of(rate.requests, limit.requests)} RPM`,
    `${of(rate.tokens, limit.tokens)} TPM`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function of(amount: number, most: number | undefined): string {
  return most === undefined ? short(amount) : `${short(amount)} of ${short(most)}`;
}

function short(amount: number): string {
  if (amount < 10_000) return String(Math.round(amount));
  return amount < 10_000_000 ? `${Math.round(amount / 1000)}k` : `${Math.round(amount / 1e6)}M`;
}

/** To the cent, and less where that is 0. */
export function dollars(usd: number): string {
  return `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`;
}
