import { describe, expect, it } from 'vitest';
import { Caution } from '../../src/learning/caution.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import { NO_CAUTION } from '../../src/model/learned.ts';
import { FastClock } from '../support/fast-clock.ts';

const MINUTE = 60_000;

function answered(caution: Caution, calls: number, now: number): void {
  for (let call = 0; call < calls; call++) caution.answered(now);
}

describe('caution', () => {
  it('cuts the rate by a fifth where more than one call in a hundred was refused', () => {
    const caution = new Caution();
    answered(caution, 90, 0);
    caution.refused();
    expect(caution.episode('rate', 0)).toBe(true);
    expect(caution.tuning.rateShare).toBe(0.8);
  });

  it('tolerates one refusal in a hundred, though it gives up the burst', () => {
    const caution = new Caution();
    answered(caution, 200, 0);
    caution.refused();
    caution.episode('rate', 0);
    expect(caution.tuning).toEqual({ rateShare: 1, strictness: 1 });
  });

  it('cuts nothing for the first calls of a lane: they may have met an empty bucket', () => {
    const caution = new Caution();
    caution.refused();
    caution.episode('rate', 0);
    expect(caution.tuning.rateShare).toBe(1);
  });

  it('takes one episode for one cut, however many calls it hit', () => {
    const caution = new Caution();
    answered(caution, 90, 0);
    for (let call = 0; call < 50; call++) caution.refused();
    caution.episode('rate', 0);
    expect(caution.tuning).toEqual({ rateShare: 0.8, strictness: 1 });
  });

  it('finds back step by step', () => {
    const caution = new Caution();
    answered(caution, 60, 0);
    caution.refused();
    caution.episode('rate', 0);
    const shares: number[] = [];
    for (let minute = 0; minute <= 4; minute++) {
      answered(caution, 10, minute * MINUTE);
      shares.push(Math.round(100 * caution.tuning.rateShare));
    }
    expect(shares).toEqual([80, 88, 97, 100, 100]);
  });

  it('grows slowly after a ramp error: by less than half in a quarter of an hour', () => {
    const caution = new Caution();
    answered(caution, 1000, 0);
    caution.refused();
    for (let episode = 0; episode < 4; episode++) caution.episode('ramp', 0);
    const after: number[] = [];
    for (let minute = 0; minute <= 15; minute++) answered(caution, 10, minute * MINUTE);
    after.push(caution.tuning.rateShare);
    expect(after[0]! / 0.8 ** 4).toBeLessThanOrEqual(1.5);
    expect(after[0]! / 0.8 ** 4).toBeGreaterThan(1);
  });

  it('gives up bursts step by step, and tries them again ever later', () => {
    const caution = new Caution();
    const steps: number[] = [];
    for (let episode = 0; episode < 4; episode++) {
      caution.episode('rate', 0);
      steps.push(caution.tuning.strictness);
    }
    expect(steps).toEqual([1, 2, 3, 3]);
    const relaxedAt: number[] = [];
    for (let minute = 1; minute <= 200; minute++) {
      const before = caution.tuning.strictness;
      answered(caution, 1, minute * MINUTE);
      if (caution.tuning.strictness < before) relaxedAt.push(minute);
    }
    expect(relaxedAt).toEqual([10, 30, 70]);
    expect(caution.tuning).toEqual(NO_CAUTION);
  });

  it('says nothing of overload', () => {
    const caution = new Caution();
    expect(caution.episode('capacity', 0)).toBe(false);
  });
});

describe('a lane whose limit is not what it was told', () => {
  /** Calls against a server that takes `perSecond`, without saying so, told of 10 a second. */
  async function trace(
    perSecond: number,
    minutes: number,
  ): Promise<{ refused: number[]; sent: number[] }> {
    const clock = new FastClock();
    const limiter = createRateLimiter({
      clock,
      limits: { rpm: 600 },
      headroom: 0,
      enforcement: 'bucket',
      burstSeconds: 1,
    });
    const lane = limiter.lane({
      host: 'limiter',
      model: 'm',
      shape: () => ({ enforcement: 'bucket', burstSeconds: 1 }),
    });
    const refused = Array<number>(minutes).fill(0);
    const sent = Array<number>(minutes).fill(0);
    let level = perSecond;
    let at = 0;
    const passes = (): boolean => {
      level = Math.min(perSecond, level + ((clock.now() - at) * perSecond) / 1000);
      at = clock.now();
      if (level < 1) return false;
      level -= 1;
      return true;
    };
    const worker = async (): Promise<void> => {
      while (clock.now() < minutes * MINUTE) {
        const reservation = await lane.acquire({ cost: { requests: 1 } });
        const minute = Math.floor(clock.now() / MINUTE);
        const isTaken = passes();
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 200));
        if (minute < minutes) sent[minute]!++;
        if (isTaken) reservation.settle();
        else {
          if (minute < minutes) refused[minute]!++;
          lane.refuse(reservation, 'rate', 500);
          reservation.settle({ requests: 1 });
        }
      }
    };
    void Promise.all(Array.from({ length: 20 }, worker));
    await clock.run(1_000_000);
    return { refused, sent };
  }

  it('settles near what the server takes, without oscillating', async () => {
    const { refused, sent } = await trace(6, 20);
    const later = sent.slice(5);
    // Of 360 a minute: never far below, and hardly any beyond.
    for (const calls of later) expect(calls).toBeGreaterThan(0.7 * 360);
    for (const calls of later) expect(calls).toBeLessThan(1.15 * 360);
    const share =
      refused.slice(5).reduce((sum, n) => sum + n, 0) / later.reduce((sum, n) => sum + n, 0);
    expect(share).toBeLessThan(0.02);
  });
});
