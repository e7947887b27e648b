import type { Bucket } from './series.ts';

/** A call that took long. */
export interface SlowCall {
  readonly id: string;
  readonly model: string;
  readonly latencyMs: number;
  readonly outputTokens: number | undefined;
}

export interface ReportTotals {
  results: number;
  failed: number;
  live: number;
  batch: number;
  inputTokens: number;
  outputTokens: number;
  /** Of the results that have a price. */
  usd: number;
  unpriced: number;
}

/** All that a report shows: `html()` has it as JSON in `<script id="data">`, too. */
export interface ReportData {
  readonly title: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly totals: Readonly<ReportTotals>;
  readonly requests: number;
  readonly refused: number;
  readonly pauses: readonly { readonly at: number; readonly lane: string; readonly ms: number }[];
  readonly widthMs: number;
  readonly series: readonly Readonly<Bucket>[];
  readonly slowest: readonly SlowCall[];
  readonly failures: readonly { readonly id: string; readonly failure: string }[];
}
