import { describe, expect, it } from 'vitest';
import {
  type Backoff,
  backOff,
  newBackoff,
  noteAnswer,
  noteRefusal,
  tuningOf,
} from '../../../src/rules/learning/backoff.ts';
import { NO_CAUTION } from '../../../src/rules/limits/tuning.ts';

const MINUTE = 60_000;

function answered(backoff: Backoff, calls: number, now: number): void {
  for (let call = 0; call < calls; call++) noteAnswer(backoff, now);
}

describe('backoff', () => {
  it('cuts the rate by a fifth where more than one call in a hundred was refused', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 90, 0);
    noteRefusal(backoff, 0);
    backOff(backoff, 'rate', 1, 0);
    expect(tuningOf(backoff)).toEqual({ rateShare: 0.8, strictness: 1 });
  });

  it('cuts to what came through, where that was less than half', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 90, 0);
    noteRefusal(backoff, 0);
    backOff(backoff, 'rate', 0.3, 0);
    expect(tuningOf(backoff)).toEqual({ rateShare: 0.3, strictness: 1 });
  });

  it('tolerates one refusal in a hundred, though it gives up the burst', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 200, 0);
    noteRefusal(backoff, 0);
    backOff(backoff, 'rate', 1, 0);
    expect(tuningOf(backoff)).toEqual({ rateShare: 1, strictness: 1 });
  });

  it('gives up the whole burst at once where limits were not given', () => {
    const backoff = newBackoff(false, 0);
    backOff(backoff, 'rate', 1, 0);
    expect(tuningOf(backoff)).toEqual({ rateShare: 1, strictness: 3 });
  });

  it('cuts nothing for the first calls of a lane: they may have met an empty bucket', () => {
    const backoff = newBackoff(true, 0);
    noteRefusal(backoff, 0);
    backOff(backoff, 'rate', 1, 0);
    expect(tuningOf(backoff).rateShare).toBe(1);
  });

  it('takes one episode for one cut, however many calls it hit', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 90, 0);
    for (let call = 0; call < 50; call++) noteRefusal(backoff, 0);
    backOff(backoff, 'rate', 1, 0);
    expect(tuningOf(backoff)).toEqual({ rateShare: 0.8, strictness: 1 });
  });

  it('finds back step by step', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 60, 0);
    noteRefusal(backoff, 0);
    backOff(backoff, 'rate', 1, 0);
    const shares: number[] = [];
    for (let minute = 0; minute <= 4; minute++) {
      answered(backoff, 10, minute * MINUTE);
      shares.push(Math.round(100 * tuningOf(backoff).rateShare));
    }
    expect(shares).toEqual([80, 88, 97, 100, 100]);
  });

  it('lowers the rate to half at most, unless less came through', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 60, 0);
    const shares: number[] = [];
    for (let episode = 0; episode < 5; episode++) {
      for (let call = 0; call < 3; call++) noteRefusal(backoff, 0);
      backOff(backoff, 'rate', 1, 0);
      shares.push(tuningOf(backoff).rateShare);
    }
    expect(shares.map((share) => Math.round(100 * share))).toEqual([80, 64, 51, 50, 50]);
    for (let call = 0; call < 3; call++) noteRefusal(backoff, 0);
    backOff(backoff, 'rate', 0.4, 0);
    expect(tuningOf(backoff).rateShare).toBeCloseTo(0.2);
  });

  it('is back at the whole rate within three minutes of quiet', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 60, 0);
    noteRefusal(backoff, 0);
    for (let episode = 0; episode < 5; episode++) {
      noteRefusal(backoff, 0);
      backOff(backoff, 'rate', 1, 0);
    }
    for (let second = 1; second <= 180; second++) answered(backoff, 1, second * 1000);
    expect(tuningOf(backoff).rateShare).toBe(1);
  });

  it('forgets calls of an hour ago, however few came since', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 400, 0);
    for (let call = 0; call < 20; call++) noteRefusal(backoff, 0);
    answered(backoff, 60, 60 * MINUTE);
    noteRefusal(backoff, 60 * MINUTE);
    backOff(backoff, 'rate', 1, 60 * MINUTE);
    expect(backoff.recent.calls).toBeLessThan(70);
    expect(backoff.recent.calls).toBeGreaterThan(50);
  });

  it('grows slowly after a ramp error: by less than half in a quarter of an hour', () => {
    const backoff = newBackoff(true, 0);
    answered(backoff, 1000, 0);
    noteRefusal(backoff, 0);
    for (let episode = 0; episode < 4; episode++) backOff(backoff, 'ramp', 1, 0);
    for (let minute = 0; minute <= 15; minute++) answered(backoff, 10, minute * MINUTE);
    const growth = tuningOf(backoff).rateShare / 0.8 ** 4;
    expect(growth).toBeLessThanOrEqual(1.5);
    expect(growth).toBeGreaterThan(1);
  });

  it('gives up bursts step by step, and tries them again ever later', () => {
    const backoff = newBackoff(true, 0);
    const steps: number[] = [];
    for (let episode = 0; episode < 4; episode++) {
      backOff(backoff, 'rate', 1, 0);
      steps.push(backoff.strictness);
    }
    expect(steps).toEqual([1, 2, 3, 3]);
    const relaxedAt: number[] = [];
    for (let minute = 1; minute <= 200; minute++) {
      const before = backoff.strictness;
      answered(backoff, 1, minute * MINUTE);
      if (backoff.strictness < before) relaxedAt.push(minute);
    }
    expect(relaxedAt).toEqual([10, 30, 70]);
    expect(tuningOf(backoff)).toEqual(NO_CAUTION);
  });

  it('says when an answer has changed it', () => {
    const backoff = newBackoff(true, 0);
    backOff(backoff, 'rate', 1, 0);
    expect(noteAnswer(backoff, 10 * MINUTE - 1)).toBe(false);
    expect(noteAnswer(backoff, 10 * MINUTE)).toBe(true);
  });

  it('says nothing of overload', () => {
    const backoff = newBackoff(true, 0);
    backOff(backoff, 'capacity', 1, 0);
    expect(tuningOf(backoff)).toEqual(NO_CAUTION);
  });
});
