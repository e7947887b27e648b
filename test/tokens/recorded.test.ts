import { beforeAll, describe, expect, test } from 'vitest';
import { Calibration } from '../../src/tokens/calibration/calibration.ts';
import { estimateTokens, warmUp } from '../../src/tokens/estimate.ts';
import { estimateCall } from '../../src/tokens/estimate-call.ts';
import { allRecorded, errorOf, errorsByGroup } from './recorded.ts';
import { quantile } from './recorded-requests.ts';

beforeAll(warmUp);

const usage = (inputTokens: number) => ({
  inputTokens,
  outputTokens: 7,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
});

/** Which recordings come first must not matter. */
function rotated<Value>(values: readonly Value[], by: number): readonly Value[] {
  return [...values.slice(by), ...values.slice(0, by)];
}

describe('a first estimate', () => {
  test('is within a tenth of what was recorded in half of the calls, and nearly a third in nine of ten', async () => {
    const all = [...(await errorsByGroup()).values()].flat();
    expect(quantile(all, 0.5)).toBeLessThan(3);
    expect(quantile(all, 0.9)).toBeLessThan(25);
  });

  test('is so for every host and kind of which there are three recordings', async () => {
    for (const [group, errors] of await errorsByGroup()) {
      if (errors.length < 3 || group.includes('elsewhere')) continue;
      expect([group, quantile(errors, 0.5) < 15]).toEqual([group, true]);
    }
  });
});

test.each([0, 40, 80, 120])(
  'calibrated, estimates are never worse on recordings: from the %ith on',
  async (by) => {
    const calibration = new Calibration();
    const cold: number[] = [];
    const learned: number[] = [];
    for (const { request, recorded } of rotated(await allRecorded(), by)) {
      const estimated = await estimateCall(request, { calibration, isExact: true });
      cold.push(errorOf((await estimateTokens(request)).inputTokens, recorded));
      learned.push(errorOf(estimated.inputTokens, recorded));
      estimated.learn(usage(recorded));
    }
    for (const share of [0.5, 0.9]) {
      expect(quantile(learned, share)).toBeLessThanOrEqual(quantile(cold, share));
    }
  },
);

test('the sixth identical call is within a fifth of what was recorded, and so is the tenth', async () => {
  for (const { request, recorded } of await allRecorded()) {
    const calibration = new Calibration();
    for (let call = 1; call <= 10; call += 1) {
      const estimated = await estimateCall(request, { calibration, isExact: true });
      if (call > 5) expect(errorOf(estimated.inputTokens, recorded)).toBeLessThan(20);
      estimated.learn(usage(recorded));
    }
  }
});
