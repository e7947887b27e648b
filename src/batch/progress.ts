import { wholeMs } from '../duration.ts';
import type { UsageEvent } from '../events.ts';
import { knownSum } from '../model/known-sum.ts';
import { MINUTE_MS } from '../model/limits.ts';
import { type BatchHost, type Load, loadOf } from './host.ts';
import { minuteLimits } from './minute-limits.ts';
import { LaneCounts, landingMs, remainingMs } from './remaining-time.ts';

/** Rates per minute. */
export interface PerMinute {
  /** HTTP attempts per minute. */
  readonly requests: number;
  /** Input and output tokens per minute. */
  readonly tokens: number;
}

/** The progress of a batch. Its calls are all calls of its limiter since it began. */
export interface BatchProgress {
  /** Items that have ended, `failed` ones included. */
  readonly done: number;
  /** Items whose result is an error. */
  readonly failed: number;
  /** The number of items; `undefined` if they can't be counted and you didn't give `total`. */
  readonly total: number | undefined;
  /** Calls that were sent and have not ended. */
  readonly inFlight: number;
  /** Items under way that have no call in flight. */
  readonly waiting: number;
  /** Tokens of the calls of wrapped clients, from the usage in their responses. */
  readonly tokens: number;
  /** The price of these tokens, in US dollars; `undefined` once a call's model has no known price. */
  readonly usd: number | undefined;
  /**
   * The remaining time, in whole milliseconds and at least 1. If calls wait for limits, it is predicted
   * from the limits and from what calls have cost so far; otherwise, from the pace of the last minute.
   * `undefined` while it can't be predicted, and at the end.
   */
  readonly etaMs: number | undefined;
  /** The rate of the last minute, or since the batch began (at least one second) if that is shorter. */
  readonly rate: PerMinute;
  /** What the limits of the lanes in use allow, before headroom; `undefined` if there is none. */
  readonly limit: PerMinuteLimits;
  /**
   * How much of what the limits allowed was used in the last minute, or since the batch began: a share
   * from 0 to 1, with bursts and before headroom. `undefined` if no limit is known.
   */
  readonly used: PerMinuteLimits;
}

/** A number for each kind of limit; `undefined` if no such limit is known. */
export interface PerMinuteLimits {
  /** For limits on requests. */
  readonly requests: number | undefined;
  /** For limits on tokens: input and output together, or input alone if only that is limited. */
  readonly tokens: number | undefined;
}

/** What was known at one time. */
interface Mark {
  readonly at: number;
  readonly done: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const MARK_MS = 1000;
/** What came within less says nothing of a minute. */
const LEAST_MS = 1000;

/** Counts what a batch has done. Listens to its limiter until `stop`. */
export class Tally {
  done = 0;
  failed = 0;
  readonly #host: BatchHost;
  readonly #total: number | undefined;
  readonly #before: Load;
  readonly #counts: LaneCounts;
  /** One a second, of the last minute. */
  readonly #marks: Mark[] = [];
  /** When calls waited for limits, lately. */
  #held: Mark | undefined;
  #inputTokens = 0;
  #outputTokens = 0;
  #usd: number | undefined = 0;

  constructor(host: BatchHost, total: number | undefined) {
    this.#host = host;
    this.#total = total;
    this.#before = loadOf(host.lanes);
    this.#counts = new LaneCounts(host.lanes);
    this.#marks.push(this.#mark());
    host.emitter.on('usage', this.#onUsage);
  }

  stop(): void {
    this.#host.emitter.off('usage', this.#onUsage);
  }

  /** `running`: the items that are under way. */
  progress(running: number): BatchProgress {
    const { inFlight } = loadOf(this.#host.lanes);
    const { done, failed } = this;
    const now = this.#mark();
    this.#note(now);
    const { spent, rate } = this.#lately(now);
    const { limit, used } = minuteLimits(this.#host.lanes, spent);
    const waiting = Math.max(0, running - inFlight);
    const etaMs = this.#etaMs(now, { inFlight, running });
    const counts = { done, failed, total: this.#total, inFlight, waiting };
    const tokens = now.inputTokens + now.outputTokens;
    return { ...counts, tokens, usd: this.#usd, etaMs, rate, limit, used };
  }

  readonly #onUsage = ({ actual, usd }: UsageEvent): void => {
    if (actual === undefined) return;
    this.#inputTokens += actual.inputTokens;
    this.#outputTokens += actual.outputTokens;
    this.#usd = knownSum(this.#usd, usd);
  };

  #mark(): Mark {
    const { calls } = loadOf(this.#host.lanes);
    const at = this.#host.clock.now();
    const used = { inputTokens: this.#inputTokens, outputTokens: this.#outputTokens };
    return { at, done: this.done, calls: calls - this.#before.calls, ...used };
  }

  #note(now: Mark): void {
    const { at } = this.#marks.at(-1) ?? now;
    if (now.at - at >= MARK_MS) this.#marks.push(now);
    while (this.#marks.length > 2 && now.at - (this.#marks[1]?.at ?? 0) >= MINUTE_MS) {
      this.#marks.shift();
    }
  }

  /** In the last minute, or since the batch began. */
  #lately(now: Mark) {
    const since = this.#marks[0] ?? now;
    const minutes = Math.max(LEAST_MS, now.at - since.at) / MINUTE_MS;
    const spent = {
      requests: now.calls - since.calls,
      inputTokens: now.inputTokens - since.inputTokens,
      outputTokens: now.outputTokens - since.outputTokens,
      minutes,
    };
    const { requests, inputTokens, outputTokens } = spent;
    const per = (count: number): number => Math.round(count / minutes);
    const rate: PerMinute = { requests: per(requests), tokens: per(inputTokens + outputTokens) };
    return { spent, rate };
  }

  /**
   * As long as calls wait, limits set the pace: those before show what calls cost, and copies of the
   * lanes how long the rest takes. Else the pace is that of the last minute, where limits allow it.
   */
  #etaMs(
    now: Mark,
    { inFlight, running }: { readonly inFlight: number; readonly running: number },
  ): number | undefined {
    if (this.#isHeldUp) this.#held = now;
    const rest = (this.#total ?? 0) - now.done;
    if (rest <= 0 || now.done === 0) return undefined;
    const perItem = Math.max(0, now.calls - inFlight) / now.done;
    const byLimits = this.#byLimits(rest * perItem, now.calls);
    // What was held up meanwhile shows no pace.
    const since = this.#held ?? this.#marks[0] ?? now;
    const [ended, tookMs] = [now.done - since.done, now.at - since.at];
    // Those that end first are few: as many as are under way show the pace of all.
    const isShown = (this.#held === undefined ? now.done : ended) >= running;
    if (!isShown && this.#held === undefined && rest > running) return undefined;
    const byPace = isShown && ended > 0 ? (rest * tookMs) / ended : 0;
    if (byLimits === 0 && byPace === 0) return undefined;
    return wholeMs(Math.max(1, byLimits, byPace));
  }

  /** `calls`: so many are to come or in flight, of the same lanes as the `before` ones. */
  #byLimits(calls: number, before: number): number {
    let longest = 0;
    for (const lane of this.#host.lanes) {
      const counts = this.#counts.since(lane);
      if (counts.calls === 0) continue;
      const { inFlight } = lane.feedback.totals;
      const unsent = Math.max(0, (calls * counts.calls) / before - inFlight);
      const ms = unsent > 0 ? remainingMs(lane, counts, unsent) : landingMs(lane);
      longest = Math.max(longest, ms);
    }
    return longest;
  }

  /** Whether calls wait for limits. */
  get #isHeldUp(): boolean {
    return [...this.#host.lanes].some(({ view }) => {
      const [first] = view.waiting;
      return first !== undefined;
    });
  }
}
