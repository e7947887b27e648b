import { CallNames } from '../call-names.ts';
import type { Clock } from '../clock.ts';
import type { AdmittedEvent, PausedEvent, RejectedEvent, UsageEvent } from '../events.ts';
import type { GuardedEmitter } from '../guarded-emitter.ts';
import type { LaneSnapshot } from '../lane/lane-snapshot.ts';
import { MINUTE_MS } from '../model/limits.ts';
import { expected } from '../validate.ts';
import { pageOf } from './page.ts';
import type { ReportData, ReportedFailure, ReportTotals, SlowCall } from './report-data.ts';
import { type Bucket, Series } from './series.ts';

/** The result of one call. */
export interface ReportedResult {
  /** The call's name in the lists of failed and slow calls. */
  readonly id: string;
  /** The line of its file. @default none */
  readonly line?: number | undefined;
  /** Whether it was sent live, or in a batch of the Batch API. */
  readonly via: 'live' | 'batch';
  /** Its input tokens. */
  readonly inputTokens: number;
  /** Its output tokens. */
  readonly outputTokens: number;
  /** Its cost in US dollars; `undefined` if it has no known price. */
  readonly usd: number | undefined;
  /** The error's message, if it failed. */
  readonly failure?: string | undefined;
}

/** Options of `recordReport`. */
export interface ReportOptions {
  /** The title of the page. @default 'Report' */
  readonly title?: string | undefined;
  /**
   * Whether you report each call with `result`. If not, the report counts the limiter's events: each
   * good response, and each call that the limiter rejected, but not calls that failed at the provider.
   * @default false
   */
  readonly toldResults?: boolean | undefined;
}

/** What is needed of a limiter. */
interface Reported extends Pick<GuardedEmitter, 'on' | 'off'> {
  readonly clock: Clock;
  snapshot(): readonly LaneSnapshot[];
}

const MOST_SLOW = 10;
const MOST_FAILURES = 50;
const MOST_PAUSES = 100;

/**
 * Records a limiter's events from now on, in bounded memory, for a report of one page: requests and
 * tokens per minute against the limits, waits, 429s, spend, slowest and failed calls.
 *
 * @example
 * const report = recordReport(openai.rateLimit);
 * await work();
 * await writeFile('report.html', report.html());
 * report.stop();
 *
 * @throws TypeError if `limiter` is not a limiter
 */
export function recordReport(limiter: object, options: ReportOptions = {}): Report {
  if (!isReported(limiter)) {
    throw expected('limiter', 'a limiter, such as `client.rateLimit`', limiter);
  }
  return new Report(limiter, options);
}

function isReported(limiter: object): limiter is Reported {
  return 'snapshot' in limiter && 'on' in limiter && 'clock' in limiter;
}

/** The report of a run, made by `recordReport`. */
export class Report {
  readonly #limiter: Reported;
  readonly #options: ReportOptions;
  readonly #startedAt: number;
  readonly #refusedBefore: number;
  readonly #series = new Series();
  readonly #slowest: SlowCall[] = [];
  readonly #failures: ReportedFailure[] = [];
  readonly #names = new CallNames();
  readonly #pauses: { at: number; lane: string; ms: number }[] = [];
  readonly #totals: ReportTotals = {
    ...{ results: 0, failed: 0, live: 0, batch: 0 },
    ...{ inputTokens: 0, outputTokens: 0, usd: 0, unpriced: 0 },
  };
  #requests = 0;
  #refused = 0;
  #last: Bucket | undefined;

  /** @internal */
  constructor(limiter: Reported, options: ReportOptions) {
    this.#limiter = limiter;
    this.#options = options;
    this.#startedAt = limiter.clock.now();
    this.#refusedBefore = this.#refusedNow;
    limiter.on('admitted', this.#onAdmitted);
    limiter.on('usage', this.#onUsage);
    limiter.on('paused', this.#onPaused);
    limiter.on('rejected', this.#onRejected);
  }

  /** Reports the result of one call: see `toldResults`. */
  result({ id, line, via, inputTokens, outputTokens, usd, failure }: ReportedResult): void {
    const totals = this.#totals;
    totals.results++;
    totals[via]++;
    totals.inputTokens += inputTokens;
    totals.outputTokens += outputTokens;
    if (usd === undefined) totals.unpriced++;
    else totals.usd += usd;
    this.#bucket.usd += usd ?? 0;
    const slow = this.#slowest.findIndex((call) => call.id === id);
    const call = this.#slowest[slow];
    if (call !== undefined) this.#slowest[slow] = { ...call, line };
    if (failure === undefined) return;
    totals.failed++;
    if (this.#failures.length < MOST_FAILURES) this.#failures.push({ id, line, failure });
  }

  /** The data of the report so far. */
  get data(): ReportData {
    this.#countRefused(this.#bucket);
    return {
      title: this.#options.title ?? 'Report',
      startedAt: this.#startedAt,
      endedAt: this.#limiter.clock.now(),
      totals: { ...this.#totals },
      requests: this.#requests,
      refused: this.#refused,
      pauses: this.#pauses,
      widthMs: this.#series.widthMs,
      series: this.#series.buckets,
      slowest: this.#slowest,
      failures: this.#failures,
    };
  }

  /** The report so far: one HTML page without further files, with a dark mode. */
  html(): string {
    return pageOf(this.data);
  }

  /** Stops the recording. */
  stop(): void {
    const limiter = this.#limiter;
    this.#names.stop();
    limiter.off('admitted', this.#onAdmitted);
    limiter.off('usage', this.#onUsage);
    limiter.off('paused', this.#onPaused);
    limiter.off('rejected', this.#onRejected);
  }

  readonly #onAdmitted = ({ waitedMs }: AdmittedEvent): void => {
    this.#requests++;
    const bucket = this.#bucket;
    bucket.requests++;
    bucket.waitedMs += waitedMs;
  };

  readonly #onUsage = ({ callId, model, latencyMs, actual, usd }: UsageEvent): void => {
    this.#bucket.tokens += (actual?.inputTokens ?? 0) + (actual?.outputTokens ?? 0);
    const id = this.#names.take(callId);
    this.#rankSlow({ id, model, latencyMs, outputTokens: actual?.outputTokens });
    if (this.#options.toldResults === true) return;
    const { inputTokens = 0, outputTokens = 0 } = actual ?? {};
    this.result({ id, via: 'live', inputTokens, outputTokens, usd });
  };

  readonly #onPaused = ({ lane, retryAfterMs: ms }: PausedEvent): void => {
    this.#countRefused(this.#bucket);
    const at = this.#limiter.clock.now();
    if (this.#pauses.length < MOST_PAUSES) this.#pauses.push({ at, lane, ms });
  };

  readonly #onRejected = ({ callId, error }: RejectedEvent): void => {
    if (this.#options.toldResults === true) return;
    const used = { inputTokens: 0, outputTokens: 0, usd: 0 };
    this.result({ id: this.#names.take(callId), via: 'live', ...used, failure: error.message });
  };

  #rankSlow(call: SlowCall): void {
    const place = this.#slowest.findIndex(({ latencyMs }) => latencyMs < call.latencyMs);
    if (place === -1 && this.#slowest.length >= MOST_SLOW) return;
    this.#slowest.splice(place === -1 ? this.#slowest.length : place, 0, call);
    this.#slowest.length = Math.min(MOST_SLOW, this.#slowest.length);
  }

  get #bucket(): Bucket {
    const bucket = this.#series.at(this.#limiter.clock.now());
    if (bucket !== this.#last) this.#look(bucket);
    return bucket;
  }

  /** Looks at what no event tells. */
  #look(bucket: Bucket): void {
    this.#countRefused(this.#last ?? bucket);
    this.#last = bucket;
    bucket.requestLimit = this.#most('requests');
    bucket.tokenLimit = this.#most('tokens') ?? this.#most('inputTokens');
  }

  #countRefused(bucket: Bucket): void {
    const refused = this.#refusedNow - this.#refusedBefore;
    bucket.refused += refused - this.#refused;
    this.#refused = refused;
  }

  get #refusedNow(): number {
    return this.#limiter.snapshot().reduce((sum, { totals }) => sum + totals.refused, 0);
  }

  /** In a minute, in all lanes together. */
  #most(dimension: string): number | undefined {
    let sum: number | undefined;
    for (const { limits } of this.#limiter.snapshot()) {
      const found = limits
        .filter((limit) => limit.dimension === dimension && limit.windowMs <= MINUTE_MS)
        .map(({ max, windowMs }) => (max / windowMs) * MINUTE_MS);
      if (found.length > 0) sum = (sum ?? 0) + Math.min(...found);
    }
    return sum;
  }
}
