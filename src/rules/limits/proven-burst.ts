import { type Codec, number, record, time } from '../codec.ts';

/** Calls within so long of the first one belong to one burst. */
const BURST_MS = 1000;
/** A burst that was not refused for so long has passed. */
const PASSED_AFTER_MS = 2000;
/** A burst may be twice as large as one that has passed. */
const GROWTH = 2;

/**
 * How much may go at once under a limit that the user has not given: twice what has gone at once
 * before without a refusal.
 */
export interface ProvenBurst {
  /** The largest burst that has passed. */
  passed: number;
  /** The burst since `since`. */
  amount: number;
  since: number;
}

export const provenBurst: Codec<ProvenBurst> = record<ProvenBurst>({
  passed: number,
  amount: number,
  since: time,
});

export function newProvenBurst(): ProvenBurst {
  return { passed: 0, amount: 0, since: 0 };
}

/** The largest burst that is allowed. */
export function allowedBurst(burst: ProvenBurst, now: number): number {
  if (now - burst.since >= PASSED_AFTER_MS) prove(burst);
  return GROWTH * burst.passed;
}

/** Records that a call of that cost was sent. */
export function recordInBurst(burst: ProvenBurst, cost: number, now: number): void {
  if (now - burst.since < BURST_MS) {
    burst.amount += cost;
    return;
  }
  // A second burst in short succession is steady work: it is not recorded.
  if (now - burst.since < PASSED_AFTER_MS) return;
  prove(burst);
  burst.amount = cost;
  burst.since = now;
}

/** Forgets all proof, because a call was refused. */
export function forgetBursts(burst: ProvenBurst): void {
  burst.passed = 0;
  burst.amount = 0;
}

function prove(burst: ProvenBurst): void {
  burst.passed = Math.max(burst.passed, burst.amount);
  burst.amount = 0;
}
