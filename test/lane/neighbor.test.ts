import { describe, expect, it } from 'vitest';
import { ENFORCEMENTS } from '../../bench/batch.ts';
import { ANTHROPIC, AZURE, OPENAI, runLearning } from '../../bench/learning.ts';

/** Somebody else on the same key. */
const NEIGHBOR = 0.4;
/** What the headroom and the neighbor leave of the limit, less a tenth. */
const NEARLY_ALL = 0.9 * (0.8 - NEIGHBOR);
/** Less what an episode of refusals more costs, which a token more or less may decide. */
const MOST_OF_IT = 0.85 * (0.8 - NEIGHBOR);
/** The same without headroom: where it is enough to follow what is left, the neighbor's is used. */
const NEARLY_ALL_OF_IT = 0.9 * (1 - NEIGHBOR);
/** Counted over less than the minute of which the headers tell. */
const SHORT: readonly string[] = ['bucket-10s', 'slices'];

const KNOWN = [OPENAI, AZURE, ANTHROPIC];
/** Any host may do as a bucket or slices do, the extremes; an unknown one as all others do. */
const CASES = [
  ...ENFORCEMENTS.map((enforcement) => ({ baseURL: undefined, enforcement })),
  ...KNOWN.flatMap((baseURL) => [
    { baseURL, enforcement: 'bucket' as const },
    { baseURL, enforcement: 'slices' as const },
  ]),
];

describe('a neighbor on the same key, who takes 40 % of the limit', () => {
  it.each(CASES)(
    'is left that, and next to nothing is refused: $baseURL, $enforcement',
    async ({ baseURL, enforcement }) => {
      const common = { tpm: 30_000, workers: 60, seconds: 180, neighbor: NEIGHBOR };
      const { refused, share } = await runLearning({ ...common, baseURL, enforcement });
      expect(refused(10, 180).share).toBeLessThanOrEqual(0.0075);
      const rest = SHORT.includes(enforcement) ? NEARLY_ALL : NEARLY_ALL_OF_IT;
      expect(share(60, 180)).toBeGreaterThanOrEqual(rest);
    },
  );

  it.each([undefined, ANTHROPIC])(
    'is left that though it sends at random, and the server counts by the second (%s)',
    async (baseURL) => {
      const account = { tpm: 6_000_000, callsPerMinute: 12_000 };
      const common = { ...account, seconds: 45, neighbor: NEIGHBOR, isRandom: true };
      const run = await runLearning({ ...common, baseURL, enforcement: 'slices' });
      expect(run.refused(10, 45).share).toBeLessThanOrEqual(0.01);
      expect(run.share(10, 45)).toBeGreaterThanOrEqual(MOST_OF_IT);
    },
  );
});
