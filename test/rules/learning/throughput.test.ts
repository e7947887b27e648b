import { describe, expect, it } from 'vitest';
import {
  addTaken,
  correctTaken,
  hasMinute,
  newThroughput,
  takenInMinute,
  takenPerMinute,
} from '../../../src/rules/learning/throughput.ts';

describe('throughput', () => {
  it('is what was let through in the last minute, less what was given back', () => {
    const throughput = newThroughput(0);
    addTaken(throughput, { requests: 1, tokens: 100 }, 0);
    addTaken(throughput, { requests: 1, tokens: 50 }, 30_000);
    const taken = { requests: 1, tokens: 50 };
    correctTaken(throughput, taken, { requests: 1, tokens: 20 }, 30_000);
    expect(takenInMinute(throughput, 'tokens', 30_000)).toBe(120);
    expect(takenPerMinute(throughput, 'tokens', 30_000)).toBe(240);
    expect(takenInMinute(throughput, 'tokens', 60_000)).toBe(20);
    expect([hasMinute(throughput, 30_000), hasMinute(throughput, 60_000)]).toEqual([false, true]);
  });

  it('is known of the minute before its newest second, however long ago that was', () => {
    const throughput = newThroughput(0);
    for (let at = 0; at <= 120_000; at += 1000) addTaken(throughput, { requests: 1 }, at);
    expect(takenInMinute(throughput, 'requests', 120_000)).toBe(60);
    addTaken(throughput, { requests: 5 }, 3_600_000);
    expect(takenInMinute(throughput, 'requests', 3_600_000)).toBe(5);
  });

  it('stays small, and has no entry for what is not used', () => {
    const throughput = newThroughput(0);
    for (let at = 0; at < 600_000; at += 500) addTaken(throughput, { requests: 1 }, at);
    expect(Object.keys(throughput.amounts)).toEqual(['requests']);
    expect(throughput.amounts.requests).toHaveLength(62);
    addTaken(throughput, { tokens: 1 }, 700_000);
    expect(throughput.amounts).toEqual({ tokens: [1] });
  });

  it('leaves out what is corrected too late to be asked for', () => {
    const throughput = newThroughput(0);
    addTaken(throughput, { tokens: 7 }, 0);
    addTaken(throughput, { tokens: 1 }, 300_000);
    correctTaken(throughput, { tokens: 7 }, {}, 0);
    expect(throughput.amounts).toEqual({ tokens: [1] });
  });

  it('goes on after the clock has jumped back', () => {
    const throughput = newThroughput(0);
    addTaken(throughput, { tokens: 7 }, 3_600_000);
    addTaken(throughput, { tokens: 2 }, 3_598_000);
    expect(takenInMinute(throughput, 'tokens', 3_600_000)).toBe(9);
    addTaken(throughput, { tokens: 1 }, 5000);
    expect(takenInMinute(throughput, 'tokens', 5000)).toBe(1);
    correctTaken(throughput, { tokens: 7 }, {}, 3_600_000);
    expect(takenInMinute(throughput, 'tokens', 5000)).toBe(1);
  });
});
