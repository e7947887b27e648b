import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { FastClock } from '../support/fast-clock.ts';

const MINUTE = 60_000;

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
    const lane = limiter.core.lane({
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
          lane.feedback.refuse(reservation, 'rate', 500);
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
