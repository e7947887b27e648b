import {
  amount,
  type Cost,
  DIMENSIONS,
  type Dimension,
  MINUTE_MS,
  SECOND_MS,
} from '../../model/limits.ts';

/**
 * Of so many seconds the amounts are kept: nobody asks for more than the minute before the newest.
 * That holds for an episode of refusals as well, which asks for the minute before it began, later:
 * nothing is let through in the pause between.
 */
const KEPT_SECONDS = 62;

/**
 * What a lane has let through in each second, less what was refused or not used: what the provider
 * has demonstrably taken.
 *
 * Invariant: each list ends with the amount of the newest second; what is before its first entry is
 * nothing. A dimension that was not used lately has no list.
 */
export interface Throughput {
  /** When the first call was let through. */
  firstAt: number | undefined;
  /** The beginning of the newest second. */
  newestAt: number;
  amounts: Partial<Record<Dimension, number[]>>;
}

export function newThroughput(now: number): Throughput {
  return { firstAt: undefined, newestAt: secondOf(now), amounts: {} };
}

export function addTaken(throughput: Throughput, cost: Cost, now: number): void {
  throughput.firstAt ??= now;
  advance(throughput, now);
  for (const dimension of DIMENSIONS) add(throughput, dimension, amount(cost, dimension), now);
}

/**
 * What was let through at `at` for `taken` has cost `actual`. `at` must be the moment that
 * `addTaken` was told; what is too old to be asked for is left as it is.
 */
export function correctTaken(throughput: Throughput, taken: Cost, actual: Cost, at: number): void {
  for (const dimension of DIMENSIONS) {
    add(throughput, dimension, amount(actual, dimension), at);
    add(throughput, dimension, -amount(taken, dimension), at);
  }
}

/** In the minute until `at`, to the second. */
export function takenInMinute(throughput: Throughput, dimension: Dimension, at: number): number {
  const amounts = throughput.amounts[dimension] ?? [];
  const last = amounts.length - 1 - ageOf(throughput, at);
  let sum = 0;
  for (let i = Math.max(0, last - MINUTE_MS / SECOND_MS + 1); i <= last; i++) {
    sum += amounts[i] ?? 0;
  }
  return Math.max(0, sum);
}

/** What was let through in each second that is kept, at its end; now, in the present one. */
export function takenBySecond(
  { amounts, newestAt }: Throughput,
  dimension: Dimension,
  now: number,
): { readonly at: number; readonly cost: number }[] {
  const all = amounts[dimension] ?? [];
  const firstAt = newestAt - (all.length - 1) * SECOND_MS;
  return all.map((cost, i) => ({ at: Math.min(now, firstAt + (i + 1) * SECOND_MS), cost }));
}

/** Per minute, until `at`; of a lane that is younger, in the time that there was. */
export function takenPerMinute(throughput: Throughput, dimension: Dimension, at: number): number {
  const ageMs = Math.max(SECOND_MS, at - (throughput.firstAt ?? at));
  return takenInMinute(throughput, dimension, at) * Math.max(1, MINUTE_MS / ageMs);
}

/** Whether there was a minute until `at` to speak of. */
export function hasMinute({ firstAt }: Throughput, at: number): boolean {
  return firstAt !== undefined && at - firstAt >= MINUTE_MS;
}

/** Makes the second of `now` the newest. After a long time, or a jump of the clock, nothing is left. */
function advance(throughput: Throughput, now: number): void {
  const seconds = -ageOf(throughput, now);
  if (seconds <= 0 && seconds > -KEPT_SECONDS) return;
  throughput.newestAt = secondOf(now);
  if (Math.abs(seconds) >= KEPT_SECONDS) throughput.amounts = {};
  for (const dimension of DIMENSIONS) {
    const amounts = throughput.amounts[dimension];
    if (amounts === undefined) continue;
    for (let i = 0; i < seconds; i++) amounts.push(0);
    while (amounts.length > KEPT_SECONDS || amounts[0] === 0) amounts.shift();
    if (amounts.length === 0) delete throughput.amounts[dimension];
  }
}

function add(throughput: Throughput, dimension: Dimension, more: number, at: number): void {
  const age = ageOf(throughput, at);
  if (more === 0 || age < 0 || age >= KEPT_SECONDS) return;
  const amounts = throughput.amounts[dimension] ?? [];
  throughput.amounts[dimension] = amounts;
  while (amounts.length <= age) amounts.unshift(0);
  const i = amounts.length - 1 - age;
  amounts[i] = (amounts[i] ?? 0) + more;
}

function secondOf(at: number): number {
  return SECOND_MS * Math.floor(at / SECOND_MS);
}

/** How many seconds before the newest second `at` was. */
function ageOf({ newestAt }: Throughput, at: number): number {
  return (newestAt - secondOf(at)) / SECOND_MS;
}
