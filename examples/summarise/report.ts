import type { LaneSnapshot, RateLimiter } from 'llm-headroom';
import { inSeconds } from './notices.ts';
import type { LimitedSummarizer } from './summarizer.ts';
import { table } from './table.ts';

const HEADINGS = [
  ['', '', 'held', 'refused', '', 'tokens', 'tokens', 'of limit'],
  ['model', 'calls', 'back', '(429)', 'paused', 'estimated', 'used', 'used'],
];

/** What the snapshots don't tell: calls that had to wait, and when a lane was last at work. */
interface Watched {
  heldBack: number;
  endedAt: number;
}

/** The closing table, a row for each lane. */
export class Report {
  readonly #summarizers: readonly LimitedSummarizer[];
  readonly #lanes = new Map<string, Watched>();
  readonly #startedAt = performance.now();

  constructor(summarizers: readonly LimitedSummarizer[]) {
    this.#summarizers = summarizers;
    for (const { limiter } of summarizers) this.#watch(limiter);
  }

  /** What each lane has done so far. */
  toString(): string {
    const rows = this.#summarizers.flatMap(({ limiter, burstSeconds }) =>
      limiter.snapshot().map((snapshot) => this.#row(snapshot, burstSeconds)),
    );
    return table([...HEADINGS, ...rows]);
  }

  #watch(limiter: RateLimiter): void {
    limiter.on('throttled', ({ lane }) => void this.#lane(lane).heldBack++);
    limiter.on('usage', ({ lane }) => {
      this.#lane(lane).endedAt = performance.now();
    });
  }

  #lane(name: string): Watched {
    const known = this.#lanes.get(name) ?? { heldBack: 0, endedAt: this.#startedAt };
    this.#lanes.set(name, known);
    return known;
  }

  #row(snapshot: LaneSnapshot, burstSeconds: number): string[] {
    const { model, totals } = snapshot;
    const { estimated, actual } = totals;
    const { heldBack, endedAt } = this.#lane(snapshot.lane);
    const allowedMs = endedAt - this.#startedAt + burstSeconds * 1000;
    return [
      model.length > 24 ? `${model.slice(0, 23)}…` : model,
      number(totals.calls),
      number(heldBack),
      number(totals.refused),
      inSeconds(totals.pausedMs),
      number(estimated.inputTokens + estimated.outputTokens),
      number(actual.inputTokens + actual.outputTokens),
      `${Math.round(100 * shareUsed(snapshot, allowedMs))} %`,
    ];
  }
}

/** What was used of the tightest limit, as a share of what it lets through in `allowedMs`. */
function shareUsed({ limits, totals }: LaneSnapshot, allowedMs: number): number {
  const { inputTokens, outputTokens } = totals.actual;
  const tokens = inputTokens + outputTokens;
  const used = { requests: totals.calls, tokens, inputTokens, outputTokens, usd: 0 };
  const shares = limits.map(
    ({ dimension, max, windowMs }) => used[dimension] / ((max * allowedMs) / windowMs),
  );
  return Math.max(0, ...shares);
}

function number(value: number): string {
  return value.toLocaleString('en');
}
