import type { Bucket } from './series.ts';

/** One of the slowest calls. */
export interface SlowCall {
  /** What the program calls it: its result's `id`, or `items[7]` of `map`; else its events' `callId`. */
  readonly id: string;
  /** The line of its file, where its result says it. */
  readonly line?: number | undefined;
  /** The model that it was sent to. */
  readonly model: string;
  /** From sending the request to the end of its response, in milliseconds. */
  readonly latencyMs: number;
  /** Its output tokens; `undefined` if the response doesn't say. */
  readonly outputTokens: number | undefined;
}

/** The totals of a run. */
export interface ReportTotals {
  /** Calls that have ended, `failed` ones included. */
  results: number;
  /** Calls that failed. */
  failed: number;
  /** Calls that were sent live. */
  live: number;
  /** Calls that were sent in a batch of the Batch API. */
  batch: number;
  /** Input tokens of all calls. */
  inputTokens: number;
  /** Output tokens of all calls. */
  outputTokens: number;
  /** The cost of the calls that have a price, in US dollars. */
  usd: number;
  /** Calls without a known price. */
  unpriced: number;
}

/** A pause of a lane. */
export interface ReportedPause {
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  /** The lane's name. */
  readonly lane: string;
  /** Its expected length, in milliseconds. */
  readonly ms: number;
}

/** A call that failed. */
export interface ReportedFailure {
  /** The `id` of its result, or `items[7]` of `map`; else the `callId` of its events. */
  readonly id: string;
  /** The line of its file, where its result says it. */
  readonly line?: number | undefined;
  /** The error's message. */
  readonly failure: string;
}

/** All data of a report. `html()` also has it, as JSON in `<script id="data">`. */
export interface ReportData {
  /** The title of the page. */
  readonly title: string;
  /** When the recording began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The time of this report, in milliseconds since the epoch. */
  readonly endedAt: number;
  /** The totals of the run. */
  readonly totals: Readonly<ReportTotals>;
  /** Attempts that were sent live. */
  readonly requests: number;
  /** Attempts that the provider refused because of a limit. */
  readonly refused: number;
  /** The first 100 pauses. */
  readonly pauses: readonly ReportedPause[];
  /** The length of each span in `series`, in milliseconds. */
  readonly widthMs: number;
  /** The run in spans of equal length. */
  readonly series: readonly Readonly<Bucket>[];
  /** The ten slowest calls, the slowest first. */
  readonly slowest: readonly SlowCall[];
  /** The first 50 failures. */
  readonly failures: readonly ReportedFailure[];
}
