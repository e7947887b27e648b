import { describe, expect, it } from 'vitest';
import {
  corrected,
  doubtPerSecond,
  newPerSecondHeaders,
  type PerSecondHeaders,
} from '../../../src/rules/learning/per-second-headers.ts';

const SHOWN = {
  dimension: 'tokens',
  max: 30_000,
  windowMs: 60_000,
  remaining: 300,
  resetMs: 700,
} as const;

/** What counts as left, where `ourShare` of the limit was used here. */
function left(headers: PerSecondHeaders, ourShare: number, now: number, other = {}) {
  return corrected(headers, { ...SHOWN, ...other }, ourShare, now).remaining;
}

describe('what is left that is next to nothing and comes back at once', () => {
  it('is that of a second, where hardly any was used here', () => {
    const headers = newPerSecondHeaders();
    expect(left(headers, 0.1, 0)).toBeUndefined();
    expect(left(headers, 0.1, 0, { resetMs: 20_000 })).toBe(300);
    expect(left(headers, 0.1, 0, { remaining: 9000 })).toBe(9000);
    expect(left(headers, 0.1, 0, { resetMs: undefined })).toBe(300);
    expect(left(headers, 0.1, 0, { windowMs: 86_400_000 })).toBe(300);
  });

  it('may be that of a minute which ends, where most of it was used here', () => {
    const headers = newPerSecondHeaders();
    for (let now = 0; now < 2000; now += 100) expect(left(headers, 0.8, now)).toBe(300);
    // What has gone on for longer than a minute's end, with little use, stays that of a second.
    for (let now = 2000; now < 6000; now += 500) expect(left(headers, 0.1, now)).toBeUndefined();
    expect(left(headers, 0.8, 6000)).toBeUndefined();
    expect(left(headers, 0.8, 6100, { remaining: 20_000, resetMs: 50_000 })).toBe(20_000);
    expect(left(headers, 0.8, 6200)).toBe(300);
  });

  it('counts after all, where calls are refused in spite of that', () => {
    const headers = newPerSecondHeaders();
    for (const now of [0, 1000, 2000]) {
      expect(left(headers, 0.1, now)).toBeUndefined();
      doubtPerSecond(headers, now);
    }
    expect(left(headers, 0.1, 3000)).toBe(300);
    expect(left(headers, 0.1, 602_001)).toBeUndefined();
  });

  it('is not doubted for a refusal now and then', () => {
    const headers = newPerSecondHeaders();
    for (let now = 0; now < 600_000; now += 30_000) {
      expect(left(headers, 0.1, now)).toBeUndefined();
      doubtPerSecond(headers, now);
    }
  });
});
