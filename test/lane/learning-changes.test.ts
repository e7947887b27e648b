import { describe, expect, it } from 'vitest';
import { OPENAI, runLearning } from '../../bench/learning.ts';

/** 1 − headroom, less 5 %. */
const NEARLY_ALL = 0.8 * 0.95;
const BUCKET = {
  ...{ baseURL: OPENAI, tpm: 60_000, callsPerMinute: 300 },
  enforcement: 'bucket',
} as const;

describe('without any options, over minutes', () => {
  it('follows a limit that rises or falls within a minute, without a burst of 429s', async () => {
    const atSeconds = 30;
    const rise = await runLearning({ ...BUCKET, seconds: 120, later: { atSeconds, tpm: 180_000 } });
    const fall = await runLearning({ ...BUCKET, seconds: 120, later: { atSeconds, tpm: 20_000 } });
    expect(rise.status429).toBe(0);
    // The one that shows it.
    expect(fall.status429).toBeLessThanOrEqual(1);
    expect(rise.share(90, 120)).toBeGreaterThanOrEqual(3 * NEARLY_ALL);
    expect(fall.share(90, 120)).toBeGreaterThanOrEqual(NEARLY_ALL / 3);
    expect(fall.share(90, 120)).toBeLessThanOrEqual(0.9 / 3);
  });

  it('leaves a neighbor on the same key what it takes, and uses the rest', async () => {
    const { calls, status429, share, othersShare } = await runLearning({
      ...BUCKET,
      neighbor: 0.4,
      seconds: 360,
    });
    expect(status429 / calls).toBeLessThanOrEqual(0.01);
    expect(share(240, 360)).toBeGreaterThanOrEqual(0.9 * 0.6);
    expect(othersShare).toBeGreaterThan(0.2);
  });

  it('does not burst against a bucket that an earlier run has emptied', async () => {
    const { calls, status429, share } = await runLearning({ ...BUCKET, fill: 0, seconds: 60 });
    expect(status429 / calls).toBeLessThanOrEqual(0.01);
    expect(share(20, 60)).toBeGreaterThanOrEqual(NEARLY_ALL);
  });

  it.each([OPENAI, undefined])(
    'comes as near as it can with headroom auto (%s)',
    async (baseURL) => {
      for (const enforcement of ['bucket', 'bucket-10s'] as const) {
        const options = {
          baseURL,
          tpm: 60_000,
          callsPerMinute: 300,
          enforcement,
          seconds: 180,
          limiter: { headroom: 'auto' },
        } as const;
        const { calls, status429, share } = await runLearning(options);
        expect(status429 / calls).toBeLessThanOrEqual(0.001);
        expect(share(120, 180)).toBeGreaterThanOrEqual(0.97);
      }
    },
  );

  it('trips nothing with a max_tokens four times the input, whether or not the server gives it back', async () => {
    const declared = { ...BUCKET, declared: 4, seconds: 180 };
    for (const refund of [false, true]) {
      const { status429, share } = await runLearning({ ...declared, refund });
      expect(status429).toBe(0);
      // A server that gives back is not known to: it is used for less than it would take.
      if (!refund) expect(share(120, 180)).toBeGreaterThanOrEqual(NEARLY_ALL);
    }
  });
});
