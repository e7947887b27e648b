import { describe, expect, it } from 'vitest';
import { type Arrival, schedule } from './support/schedule.ts';

const TPM = 200_000;
const PER_MS = (0.8 * TPM) / 60_000;
const LARGE = 150_000;
const SMALL = 500;
/** Small calls offer half of what the lane can take. */
const EVERY_MS = (2 * SMALL) / PER_MS;

/** A drained lane, the large call, and small ones for three minutes. */
const ARRIVALS: readonly Arrival[] = [
  { after: 0, tokens: 0.8 * TPM },
  { after: 0, tokens: LARGE },
  ...Array.from({ length: 480 }, () => ({ after: EVERY_MS, tokens: SMALL })),
];

/** When strict first-come-first-served would start each arrival. */
function strictFifo(): number[] {
  let at = 0;
  let level = 0.8 * TPM;
  let arrivedAt = 0;
  return ARRIVALS.map(({ after, tokens }) => {
    arrivedAt += after;
    const from = Math.max(at, arrivedAt);
    level = Math.min(0.8 * TPM, level + (from - at) * PER_MS);
    const waitMs = Math.max(0, (tokens - level) / PER_MS);
    at = from + waitMs;
    level += waitMs * PER_MS - tokens;
    return at;
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

describe('a large call among small ones', () => {
  it('makes the small ones wait less than a tenth as long as in a strict line, and itself starts within twice the time', async () => {
    const started = await schedule({ limits: { tpm: TPM }, enforcement: 'bucket' }, ARRIVALS);
    const strict = strictFifo();
    const waits = started
      .filter(({ index }) => index > 1)
      .map(({ at, arrivedAt }) => at - arrivedAt);
    const arrivals = ARRIVALS.slice(2).map((_, index) => (index + 1) * EVERY_MS);
    const strictWaits = arrivals.map((arrivedAt, index) => strict[index + 2]! - arrivedAt);
    expect(median(waits)).toBeLessThan(median(strictWaits) / 10);
    const large = started.find(({ index }) => index === 1)!;
    expect(strict[1]).toBe(LARGE / PER_MS);
    expect(large.at).toBeLessThanOrEqual(2 * strict[1]!);
  });
});
