import { type Arrival, schedule } from '../test/support/schedule.ts';

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

export interface OvertakingResult {
  /** When the large call starts. */
  readonly largeAtMs: number;
  readonly medianWaitMs: number;
}

/** The large call among the small ones, through a lane of ours. */
export async function overtaking(): Promise<OvertakingResult> {
  const started = await schedule({ limits: { tpm: TPM }, enforcement: 'bucket' }, ARRIVALS);
  const waits = started.filter(({ index }) => index > 1).map(({ at, arrivedAt }) => at - arrivedAt);
  const largeAtMs = started.find(({ index }) => index === 1)?.at ?? Number.NaN;
  return { largeAtMs, medianWaitMs: median(waits) };
}

/** The same, first come first served: computed, not run. */
export function strictFifo(): OvertakingResult {
  let at = 0;
  let level = 0.8 * TPM;
  let arrivedAt = 0;
  const starts = ARRIVALS.map(({ after, tokens }) => {
    arrivedAt += after;
    const from = Math.max(at, arrivedAt);
    level = Math.min(0.8 * TPM, level + (from - at) * PER_MS);
    const waitMs = Math.max(0, (tokens - level) / PER_MS);
    at = from + waitMs;
    level += waitMs * PER_MS - tokens;
    return { at, waitMs: at - arrivedAt };
  });
  const medianWaitMs = median(starts.slice(2).map(({ waitMs }) => waitMs));
  return { largeAtMs: starts[1]?.at ?? Number.NaN, medianWaitMs };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export async function overtakingTable(): Promise<string> {
  const row = (name: string, { largeAtMs, medianWaitMs }: OvertakingResult): string =>
    `| ${name} | ${(largeAtMs / 1000).toFixed(1)} s | ${(medianWaitMs / 1000).toFixed(1)} s |`;
  return [
    '| 150,000 tokens among calls of 500, limit 200,000 a minute | the large one starts after | the small ones wait (median) |',
    '|---|--:|--:|',
    row('first come first served', strictFifo()),
    row('llm-headroom', await overtaking()),
  ].join('\n');
}
