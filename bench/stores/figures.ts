import type { Admission } from './store-worker.ts';

/** Those that one process holds while others wait for some of them. */
export const TOKENS = 600;

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Of each call: how many of one other process that had asked before went after it, at most. */
export function passed(logs: readonly (readonly Admission[])[]): number[] {
  const calls = logs.flatMap((log, process) =>
    log.map(([askedAt, at]) => ({ process, askedAt, at })),
  );
  const byAsk = [...calls].sort((one, other) => one.askedAt - other.askedAt);
  return byAsk.map((call, i) => {
    const counts = logs.map(() => 0);
    for (const earlier of byAsk.slice(0, i)) {
      const isPassed = earlier.process !== call.process && earlier.at > call.at;
      if (isPassed) counts[earlier.process]! += 1;
    }
    return Math.max(0, ...counts);
  });
}

/** Calls above what a bucket gives, in the worst of all spans of time. */
export function overshoot(
  starts: readonly number[],
  { perMs, burst }: { readonly perMs: number; readonly burst: number },
): number {
  let [worst, least] = [0, Number.POSITIVE_INFINITY];
  for (const [i, at] of [...starts].sort((one, other) => one - other).entries()) {
    const balance = i - perMs * at;
    least = Math.min(least, balance);
    worst = Math.max(worst, balance - least + 1 - burst);
  }
  return worst;
}

/** The longest time without a start, in milliseconds. */
export function longestGap(starts: readonly number[], from: number, until: number): number {
  const within = starts.filter((at) => at > from && at < until).sort((one, other) => one - other);
  const times = [from, ...within, until];
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
}
