import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recovery } from '../../src/lane/recovery.ts';

describe('recovery', () => {
  it('pauses for as long as the provider asks', () => {
    const recovery = new Recovery();
    const epoch = recovery.start();
    const pause = recovery.refuse({ epoch, cause: 'rate', retryAfterMs: 2363 }, 1000);
    expect(pause).toEqual({ cause: 'rate', since: 1000, until: 3363 });
    expect(recovery.isPassable).toBe(false);
  });

  it('takes one episode for one pause, however many calls it hits', () => {
    const recovery = new Recovery();
    const epochs = Array.from({ length: 100 }, () => recovery.start());
    const pauses = epochs.map((epoch) =>
      recovery.refuse({ epoch, cause: 'rate', retryAfterMs: 1000 }, 0),
    );
    expect(pauses.filter((pause) => pause !== undefined)).toHaveLength(1);
    recovery.resume();
    const late = recovery.refuse({ epoch: epochs[0]!, cause: 'rate', retryAfterMs: 1000 }, 2000);
    expect(late).toBeUndefined();
    expect(recovery.isPassable).toBe(true);
  });

  it('resumes with one call, and lets twice as many through after each round trip', () => {
    const recovery = new Recovery();
    recovery.refuse({ epoch: recovery.start(), cause: 'rate', retryAfterMs: 1 }, 0);
    recovery.resume();
    // Starts as many as may go, and has them all answered.
    const roundTrip = (): number => {
      const epochs: number[] = [];
      while (recovery.isPassable && epochs.length < 10_000) epochs.push(recovery.start());
      for (const epoch of epochs) recovery.answer(epoch, false);
      return epochs.length;
    };
    const trips = Array.from({ length: 14 }, roundTrip);
    // Of 4,096 at once nobody knows of a limit.
    expect(trips).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 10_000]);
  });

  it('goes on at the rate of its limits, where it has any, as soon as the probe is answered', () => {
    const recovery = new Recovery();
    recovery.refuse({ epoch: recovery.start(), cause: 'rate', retryAfterMs: 1 }, 0);
    recovery.resume();
    recovery.answer(recovery.start(), true);
    expect(recovery.isProbing).toBe(false);
  });

  it('doesn’t wait for a probe that hangs', () => {
    const recovery = new Recovery();
    recovery.refuse({ epoch: recovery.start(), cause: 'rate', retryAfterMs: 1 }, 0);
    recovery.resume();
    recovery.start();
    expect(recovery.isPassable).toBe(false);
    recovery.widen();
    expect(recovery.isPassable).toBe(true);
  });

  it('lets another call probe when the first one came to nothing', () => {
    const recovery = new Recovery();
    recovery.refuse({ epoch: recovery.start(), cause: 'rate', retryAfterMs: 1 }, 0);
    recovery.resume();
    const epoch = recovery.start();
    expect(recovery.isPassable).toBe(false);
    recovery.forget(epoch);
    expect(recovery.isPassable).toBe(true);
    expect(recovery.isProbe).toBe(true);
  });

  it('waits longer after each refusal in a row, and as at first after a success', () => {
    const recovery = new Recovery();
    const refuse = (retryAfterMs?: number): number => {
      const epoch = recovery.start();
      const pause = recovery.refuse({ epoch, cause: 'rate', retryAfterMs }, 0)!;
      recovery.resume();
      return pause.until;
    };
    expect([refuse(), refuse(), refuse(), refuse(1), refuse(60_000)]).toEqual([
      1000, 2000, 4000, 2000, 60_000,
    ]);
    for (let i = 0; i < 10; i++) refuse();
    expect(refuse()).toBe(30_000);
    recovery.answer(recovery.start(), false);
    expect(refuse(1)).toBe(1);
  });

  it('never gets stuck: whatever happens, it passes calls once those in flight have ended', () => {
    const event = fc.constantFrom('start', 'answer', 'refuse', 'forget', 'resume');
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const recovery = new Recovery();
        const inFlight: number[] = [];
        for (const each of events) {
          if (each === 'start' && recovery.isPassable) inFlight.push(recovery.start());
          if (each === 'resume' && recovery.pause) recovery.resume();
          const epoch = each === 'start' || each === 'resume' ? undefined : inFlight.shift();
          if (epoch === undefined) continue;
          if (each === 'answer') recovery.answer(epoch, false);
          if (each === 'forget') recovery.forget(epoch);
          if (each === 'refuse') recovery.refuse({ epoch, cause: 'rate', retryAfterMs: 1 }, 0);
        }
        for (const epoch of inFlight) recovery.answer(epoch, false);
        if (recovery.pause) recovery.resume();
        expect(recovery.isPassable).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
