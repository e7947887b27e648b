import type { BatchProgress } from '../batch/progress.ts';
import { named } from '../call-names.ts';
import { type Clock, systemClock } from '../clock.ts';
import { BudgetSpent, HeadroomError } from '../errors.ts';
import type { RateLimiter } from '../limiter.ts';
import { field } from '../model/json.ts';
import { knownSum } from '../model/known-sum.ts';
import type { Report } from '../report/report.ts';
import type { BatchRequest } from './batch-line.ts';
import { isConnectionFailure, reasonOf } from './connection-failure.ts';
import { CommandError, EXIT } from './exit-code.ts';
import { HostOutage, type Trying } from './host-outage.ts';
import { dollars, type ProgressLine } from './progress-line.ts';
import { reported } from './reported.ts';
import type { Entry } from './requests-file.ts';
import { type CallOutcome, readResult, resultLine } from './result-line.ts';
import type { ResultsFile } from './results-file.ts';
import type { Send } from './send.ts';
import { isOwnFault } from './steady-send.ts';

export interface SessionOptions {
  readonly limiter: RateLimiter;
  readonly send: Send;
  readonly results: ResultsFile;
  readonly line: ProgressLine;
  readonly report?: Report | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * One run of the command: sends, records, and stops.
 *
 * Invariants: a call is recorded at once when it has ended, before its place goes to another; when
 * it stops, calls in flight end and are recorded, and none that waits is sent.
 */
export class BatchSession {
  recorded = 0;
  failed = 0;
  usd: number | undefined = 0;
  /** Why it ended before its time. */
  stopped: CommandError | undefined;
  /** Called when it stops before its time. Set once. */
  onStop: (why: CommandError) => void = () => {};
  /** What was spent before the run that goes on. */
  #usdBefore: number | undefined = 0;
  readonly #options: SessionOptions;
  readonly #open = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  /** Who waits until a call has ended. */
  #waiting: (() => void)[] = [];
  /** Of the run that goes on: calls that have a result, and errors among them. */
  #live = { done: 0, failed: 0 };
  readonly #outage: HostOutage;
  #isFull = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { clock = systemClock, line } = options;
    this.#outage = new HostOutage(clock, (text) => line.say(text));
  }

  get refused(): number {
    return this.#options.limiter.snapshot().reduce((sum, { totals }) => sum + totals.refused, 0);
  }

  /** Sends what has no result yet; `total` is how many these are. May be called again. */
  async run(entries: AsyncIterable<Entry>, total: number): Promise<void> {
    if (this.stopped !== undefined) return;
    const { limiter } = this.#options;
    this.#usdBefore = this.usd;
    this.#live = { done: 0, failed: 0 };
    const work = (entry: Entry): Promise<void> => this.#tracked(entry);
    const onProgress = (progress: BatchProgress): void => this.#show(progress);
    try {
      const ended = limiter.map(this.#unrecorded(entries), work, { total, onProgress });
      for await (const result of ended) if ('error' in result) this.stop(result.error);
    } catch (error) {
      this.stop(error);
    }
    await Promise.allSettled(this.#open);
  }

  /** Adds what something else than a live call has cost; `undefined` where nobody knows. */
  spend(usd: number | undefined): void {
    this.usd = knownSum(this.usd, usd);
    this.#usdBefore = knownSum(this.#usdBefore, usd);
  }

  /** First lets what is in flight end; the second time breaks it off. */
  interrupt(): void {
    if (this.stopped === undefined) {
      this.#options.line.say('Waiting for the calls in flight. Interrupt again to abort them');
      this.stop(new CommandError('Interrupted', EXIT.interrupted));
    } else this.#abort.abort();
  }

  async *#unrecorded(entries: AsyncIterable<Entry>): AsyncGenerator<Entry, void> {
    for await (const entry of entries) {
      if (!this.#options.results.has(entry.request.customId)) yield entry;
    }
  }

  #tracked(entry: Entry): Promise<void> {
    const ended = this.#work(entry).finally(() => {
      this.#open.delete(ended);
      this.#wake();
    });
    this.#open.add(ended);
    return ended;
  }

  async #work({ request, number: line }: Entry): Promise<void> {
    const outcome = await named(request.customId, () => this.#outcomeOf(request));
    if (this.#isFull) return;
    this.record(request, outcome, { via: 'live', line });
  }

  /** @throws the system's error, where it can't be written */
  record(
    request: Pick<BatchRequest, 'form' | 'customId'>,
    outcome: CallOutcome,
    { via, line: number }: { readonly via: 'live' | 'batch'; readonly line?: number },
  ): void {
    const line = resultLine(request, outcome);
    try {
      this.#options.results.append(request.customId, line);
    } catch (error) {
      this.#isFull = true;
      throw error;
    }
    this.recorded++;
    const isFailed = readResult(line)?.isFailed !== false;
    if (isFailed) this.failed++;
    if (via === 'live') {
      this.#live.done++;
      if (isFailed) this.#live.failed++;
    }
    const { report, limiter } = this.#options;
    const { prices } = limiter;
    const told = { id: request.customId, line: number };
    report?.result(reported(told, outcome, { via, isFailed, prices }));
  }

  async #outcomeOf(request: BatchRequest): Promise<CallOutcome> {
    const trying = this.#outage.begin();
    for (;;) {
      try {
        const outcome = await this.#options.send(request, this.#abort.signal);
        if (!isOwnFault(outcome)) this.#outage.answer();
        return outcome;
      } catch (error) {
        const failed = await this.#rested(error, trying);
        if (failed !== undefined) return failed;
      }
    }
  }

  /** Waits until a call may be tried again; what it comes to, where it is not. */
  async #rested(error: unknown, trying: Trying): Promise<CallOutcome | undefined> {
    if (isContended(error)) await this.#nextEnd();
    else if (!isConnectionFailure(error) || this.#abort.signal.aborted) throw error;
    else if (this.#outage.isOver(error, trying)) return unreached(error);
    else await this.#outage.rest(error, trying);
    return undefined;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }

  #nextEnd(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends nothing more. */
  stop(error: unknown): void {
    if (this.stopped !== undefined) return;
    this.stopped = error instanceof CommandError ? error : stopFor(error);
    this.onStop(this.stopped);
    // Rejects what waits; what is in flight goes on.
    this.#options.limiter.close();
    this.#outage.end();
    this.#wake();
  }

  #show(progress: BatchProgress): void {
    const { limiter, line, results } = this.#options;
    this.usd = knownSum(this.#usdBefore, progress.usd);
    try {
      results.sync();
    } catch (error) {
      // A disk may say only now that it has not kept what was written.
      this.#isFull = true;
      this.stop(error);
    }
    const paused = limiter.snapshot().map(({ pausedUntil }) => pausedUntil ?? 0);
    const until = Math.max(0, ...paused);
    line.show({
      ...progress,
      ...this.#live,
      usd: this.usd,
      refused: this.refused,
      pausedUntil: until > 0 ? until : undefined,
    });
  }
}

/** What others have reserved of a budget and don't use comes back when they end. */
function isContended(error: unknown): boolean {
  return error instanceof BudgetSpent && error.reservedUsd > 0;
}

function unreached(error: Error): CallOutcome {
  return { kind: 'failed', code: 'connection_error', message: reasonOf(error) };
}

function stopFor(error: unknown): CommandError {
  const isPriceless = error instanceof HeadroomError && error.code === 'price_unknown';
  if (isPriceless)
    return new CommandError(`--max-usd can't be kept: ${error.message}`, EXIT.stopped);
  const message = error instanceof BudgetSpent ? spentText(error) : textOf(error);
  const isFull = field(error, 'code') === 'ENOSPC';
  return new CommandError(isFull ? 'The disk is full' : message, EXIT.stopped);
}

/** The window of `--max-usd` has no end that a user knows. */
function spentText({ costUsd, spentUsd, limitUsd }: BudgetSpent): string {
  const left = dollars(Math.max(0, limitUsd - spentUsd));
  return `--max-usd: the next call may cost ${dollars(costUsd)}, and ${left} of ${dollars(limitUsd)} is left`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
