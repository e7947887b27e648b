import { describe, expect, it } from 'vitest';
import { type LearningOptions, OPENAI, runLearning } from '../../bench/learning.ts';

const GEMINI = 'https://generativelanguage.googleapis.com/v1beta/openai';
const DEEPSEEK = 'https://api.deepseek.com/v1';
const MUTE = { shows: 'nothing', enforcement: 'bucket', workers: 60, callsPerMinute: 300 } as const;

describe('limits that only the text of a 429 states', () => {
  it.each([
    ['of an unknown host', {}],
    ['though a tier far above was told', { baseURL: OPENAI, limiter: { tier: 'grow' } }],
    ['though far higher limits were given', { limiter: { limits: { tpm: 30_000_000 } } }],
  ])('are kept from the first one on, %s', async (_, options) => {
    const { status429, refused, share } = await runLearning({
      ...options,
      shows: 'texts',
      enforcement: 'bucket',
      tpm: 30_000,
      workers: 60,
      seconds: 120,
    });
    expect(status429).toBeLessThanOrEqual(60);
    // One text is one witness: its limit is tried again, and a second one confirms it.
    const late = refused(20, 120);
    expect(late.share * late.calls).toBeLessThanOrEqual(1.01);
    // An unknown host may count a whole minute: what went before fills it.
    expect(share(70, 120)).toBeGreaterThanOrEqual(0.76);
  });

  it('are tried again after an hour, and used where they have grown', async () => {
    const { refused, share } = await runLearning({
      ...{ shows: 'texts', enforcement: 'bucket', tpm: 6000, callsPerMinute: 30, workers: 10 },
      later: { atSeconds: 600, tpm: 24_000 },
      seconds: 6000,
    });
    // Until then they are obeyed: nothing is refused, and so nothing corrects them.
    expect(refused(600, 3600).share).toBe(0);
    expect(share(600, 3600)).toBeLessThanOrEqual(0.8);
    expect(share(4800, 6000)).toBeGreaterThanOrEqual(2);
    expect(refused(3600, 6000).share).toBeLessThanOrEqual(0.01);
  });

  it('are requests, too', async () => {
    const { refused } = await runLearning({
      baseURL: GEMINI,
      shows: 'texts',
      enforcement: 'fixed',
      tpm: 250_000,
      limits: { rpm: 15 },
      workers: 20,
      seconds: 600,
    });
    // The same of some sixty calls.
    expect(refused(60, 600).share).toBeLessThanOrEqual(0.02);
    expect(refused(60, 600).calls).toBeGreaterThanOrEqual(0.8 * 0.8 * 9 * 15);
  });
});

describe('after a ramp error', () => {
  /** Twenty calls at a time; one of them is told to slow down after two minutes. */
  const ramp = (
    limiter: LearningOptions['limiter'],
    shows: 'texts' | 'headers',
    latencyMs: number,
  ) => {
    let isTold = false;
    return runLearning({
      enforcement: 'bucket',
      tpm: 1_000_000_000,
      callsPerMinute: 10_000_000,
      workers: 20,
      latencyMs,
      seconds: 1200,
      limiter,
      shows,
      faults: ({ time }) => {
        if (isTold || time < 120_000) return 'none';
        isTold = true;
        return 'slow-down';
      },
    });
  };

  // Of three calls a second one fits or doesn't: a guess is kept by the second, and grows in larger steps.
  it.each([
    ['in a lane without limits', undefined, 'texts', 6000, 1.7],
    ['far below the limits that were given', { limits: { rpm: 100_000 } }, 'texts', 12_000, 1.5],
    ['far below the limits that headers show', undefined, 'headers', 12_000, 1.5],
  ] as const)(
    'load grows by half in a quarter of an hour at most, as far as whole calls allow, %s',
    async (_, limiter, shows, latencyMs, growth) => {
      const { refused } = await ramp(limiter, shows, latencyMs);
      const before = refused(60, 120).calls;
      const after = refused(200, 260).calls;
      expect(after).toBeLessThanOrEqual(0.85 * before);
      expect(after).toBeGreaterThanOrEqual(0.4 * before);
      for (const minute of [300, 500, 700, 900, 1040]) {
        expect(refused(minute, minute + 60).calls).toBeLessThanOrEqual(growth * after);
      }
      expect(refused(1130, 1190).calls).toBeGreaterThan(after);
    },
  );
});

describe('where responses show nothing at all', () => {
  it('Gemini’s requests a minute are found', async () => {
    const { refused } = await runLearning({
      ...MUTE,
      baseURL: GEMINI,
      enforcement: 'fixed',
      tpm: 250_000,
      limits: { rpm: 15 },
      workers: 40,
      seconds: 3600,
    });
    const learned = refused(180, 3600);
    expect(learned.share).toBeLessThanOrEqual(0.01);
    expect(learned.calls).toBeGreaterThanOrEqual(0.6 * 15 * 57);
  });

  it.each([
    ['bucket', 300],
    ['bucket-10s', 600],
    ['sliding', 300],
    ['fixed', 300],
    // A burst shows a slice, a sixtieth of the limit: to be doubled six times.
    ['slices', 900],
  ] as const)('tokens enforced as %s are found', async (enforcement, learnedAt) => {
    const isSliced = enforcement === 'slices';
    const seconds = learnedAt + (isSliced ? 300 : 120);
    // A slice has room for several calls.
    const callsPerMinute = isSliced ? 1200 : 300;
    const options: LearningOptions = { ...MUTE, enforcement, tpm: 60_000, seconds, callsPerMinute };
    const { refused, share, calls, status429 } = await runLearning(options);
    expect(refused(learnedAt, seconds).share).toBeLessThanOrEqual(0.005);
    expect(share(learnedAt, seconds)).toBeGreaterThanOrEqual(0.8 * 0.8);
    expect(status429 / calls).toBeLessThanOrEqual(0.01);
  });

  it('a guess that is too low is left in time, one that is too high at once', async () => {
    const common = { ...MUTE, baseURL: OPENAI };
    const low = await runLearning({ ...common, tpm: 400_000, seconds: 900 });
    expect(low.status429 / low.calls).toBeLessThanOrEqual(0.005);
    expect(low.share(600, 900)).toBeGreaterThanOrEqual(0.8 * 0.8);
    const high = await runLearning({ ...common, tpm: 5000, seconds: 900 });
    // A refusal that may have come by chance halves a guess at most: this one is six times too high.
    // That is four of some 125 calls.
    expect(high.refused(60, 900).share).toBeLessThanOrEqual(0.035);
    expect(high.refused(180, 900).share).toBeLessThanOrEqual(0.005);
    expect(high.share(300, 900)).toBeGreaterThanOrEqual(0.8 * 0.8);
  });

  it('a tier far above the account’s own trips hardly anything', async () => {
    const common = { baseURL: OPENAI, tpm: 30_000, limiter: { tier: 'grow' }, workers: 60 };
    const shown = await runLearning({ ...common, enforcement: 'bucket', seconds: 60 });
    expect(shown.status429).toBe(0);
    const mute = await runLearning({ ...MUTE, ...common, seconds: 600 });
    expect(mute.refused(60, 600).share).toBeLessThanOrEqual(0.005);
    expect(mute.share(120, 600)).toBeGreaterThanOrEqual(0.8 * 0.8);
  });

  it('limits that were given a thousand times too high are left after a minute', async () => {
    const limiter = { limits: { tpm: 30_000_000 } };
    const { refused, share } = await runLearning({ ...MUTE, limiter, tpm: 30_000, seconds: 600 });
    expect(refused(120, 600).share).toBeLessThanOrEqual(0.005);
    expect(share(120, 600)).toBeGreaterThanOrEqual(0.8 * 0.8);
  });

  it('the number of calls in flight is found', async () => {
    const { refused } = await runLearning({
      ...MUTE,
      baseURL: DEEPSEEK,
      tpm: 1_000_000_000,
      limits: { concurrency: 20 },
      latencyMs: 10_000,
      seconds: 1200,
    });
    const learned = refused(60, 1200);
    expect(learned.share).toBeLessThanOrEqual(0.01);
    // Twenty at a time, ten seconds each.
    expect(learned.calls).toBeGreaterThanOrEqual((0.9 * 20 * 1140) / 10);
  });
});
