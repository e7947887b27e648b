/** More than what was refused is tried again after so long; twice as long after each failure. */
const FIRST_WAIT_MS = 600_000;
const LONGEST_WAIT_MS = 8 * FIRST_WAIT_MS;
/**
 * A probe that fails costs as many refusals as the last one: so many answers make up for each. A lane
 * of a few calls an hour doesn't wait for them longer than `LONGEST_WAIT_MS`.
 */
const CALLS_FOR_A_REFUSAL = 250;
/** What was tried with success is tried again sooner and sooner. */
const SHORTEST_WAIT_MS = 60_000;

/**
 * When to try for more than what was last refused: after 10 minutes, up to 80 after failures. So
 * rarely that the refusals stay far below one call in a hundred.
 */
export interface ProbeSchedule {
  waitMs: number;
  /** When a probe last failed or succeeded; 0: never. */
  since: number;
  /** So many calls have to be answered first. */
  callsWanted: number;
  /** Calls that were answered since. */
  calls: number;
}

export function newProbeSchedule(): ProbeSchedule {
  return { waitMs: FIRST_WAIT_MS, since: 0, callsWanted: 0, calls: 0 };
}

/** More was tried, and `refusals` calls were refused for it. */
export function probeFailed(schedule: ProbeSchedule, refusals: number, now: number): void {
  if (schedule.since > 0) schedule.waitMs = Math.min(LONGEST_WAIT_MS, 2 * schedule.waitMs);
  schedule.callsWanted = CALLS_FOR_A_REFUSAL * refusals;
  restart(schedule, now);
}

/** More was tried, and nothing was refused since. */
export function probeSucceeded(schedule: ProbeSchedule, now: number): void {
  schedule.waitMs = Math.max(SHORTEST_WAIT_MS, schedule.waitMs / 2);
  schedule.callsWanted /= 2;
  restart(schedule, now);
}

/** A call was answered. */
export function countAnswer(schedule: ProbeSchedule): void {
  schedule.calls++;
}

export function isProbeDue(
  { waitMs, since, calls, callsWanted }: ProbeSchedule,
  now: number,
): boolean {
  const waitedMs = now - since;
  return waitedMs >= waitMs && (calls >= callsWanted || waitedMs >= LONGEST_WAIT_MS);
}

function restart(schedule: ProbeSchedule, now: number): void {
  schedule.since = now;
  schedule.calls = 0;
}
