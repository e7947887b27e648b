import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PauseCause } from '../../src/model/refusal.ts';
import type { Pause } from '../../src/rules/pause.ts';
import {
  answer,
  forget,
  halt,
  open,
  reconsider,
  refuse,
  resume,
  start,
  stop,
  widen,
  widensAt,
} from '../../src/rules/recovery.ts';
import {
  isGivenUp,
  isPassable,
  isProbe,
  newRecovery,
  pauseOf,
  type Recovery,
} from '../../src/rules/recovery-state.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Starts a call, and returns its epoch. */
function started(recovery: Recovery, now = 0): number {
  start(recovery, now);
  return recovery.epoch;
}

/** A lane that has been paused once, and whose pause is over. */
function resumed(): Recovery {
  const recovery = newRecovery(false, 0);
  refuse(recovery, { epoch: started(recovery), cause: 'rate', retryAfterMs: 1 }, 0);
  resume(recovery, 1);
  return recovery;
}

describe('what has been refused all the time', () => {
  /** Refused at once and, after what `act` did a moment later, nine minutes later. */
  function refusedTwice(act: (recovery: Recovery, now: number) => void, later = 9 * MINUTE) {
    const recovery = newRecovery(false, 0, 8 * MINUTE);
    const refused = (now: number) =>
      refuse(recovery, { epoch: started(recovery, now), cause: 'rate', retryAfterMs: SECOND }, now);
    refused(0);
    resume(recovery, later - 30 * SECOND);
    recovery.pause = { ...recovery.pause!, until: later - 30 * SECOND };
    act(recovery, later - 10 * SECOND);
    if (pauseOf(recovery) !== undefined) resume(recovery, later);
    refused(later);
    return isGivenUp(recovery, recovery.patienceMs);
  }

  it.each<[string, (recovery: Recovery, now: number) => void]>([
    ['nothing', () => {}],
    ['new limits, or resume()', reconsider],
    ['a pause of some seconds', (recovery, now) => halt(recovery, 5 * SECOND, now)],
  ])('still is after %s of an operator', (_, act) => {
    expect(refusedTwice(act)).toBe(true);
  });

  it('is not after an operator’s pause of a minute, or when nothing was tried for so long', () => {
    expect(refusedTwice((recovery, now) => halt(recovery, MINUTE, now))).toBe(false);
    const quiet = (recovery: Recovery, now: number) => reconsider(recovery, now + 2 * MINUTE);
    expect(refusedTwice(quiet)).toBe(false);
  });

  it('is not where a day’s limit was refused, and after a quiet time something else', () => {
    const then = (cause: PauseCause): boolean => {
      const recovery = newRecovery(false, 0, 8 * MINUTE);
      const refused = (each: PauseCause, now: number) =>
        refuse(recovery, { epoch: started(recovery, now), cause: each, retryAfterMs: SECOND }, now);
      refused('daily', 0);
      resume(recovery, SECOND);
      refused(cause, 20 * MINUTE);
      return isGivenUp(recovery, recovery.patienceMs);
    };
    expect([then('daily'), then('rate')]).toEqual([true, false]);
  });
});

describe('a refusal', () => {
  it('pauses for as long as the provider asks', () => {
    const recovery = newRecovery(false, 0);
    const refused = { epoch: started(recovery), cause: 'rate', retryAfterMs: 2363 } as const;
    const probeAt = Number.POSITIVE_INFINITY;
    const pause = { cause: 'rate', since: 1000, until: 3363, probeAt, isSure: true };
    expect(refuse(recovery, refused, 1000)).toEqual(pause);
    expect(pauseOf(recovery)).toEqual(pause);
    expect(isPassable(recovery)).toBe(false);
    resume(recovery, 3363);
    expect(pauseOf(recovery)).toBeUndefined();
  });

  it('is one episode and one pause, however many calls it hits', () => {
    const recovery = newRecovery(false, 0);
    const epochs = Array.from({ length: 100 }, () => started(recovery));
    const refused = (epoch: number, now: number) =>
      refuse(recovery, { epoch, cause: 'rate', retryAfterMs: 1000 }, now);
    const pauses = epochs.map((epoch) => refused(epoch, 0));
    expect(pauses.filter((pause) => pause !== undefined)).toHaveLength(1);
    resume(recovery, 1000);
    expect(refused(epochs[0]!, 2000)).toBeUndefined();
    expect(isPassable(recovery)).toBe(true);
  });

  it('makes a longer wait after each one in a row, and as at first after a success', () => {
    const recovery = newRecovery(false, 0);
    const untilRefused = (retryAfterMs?: number): number | undefined => {
      const pause = refuse(recovery, { epoch: started(recovery), cause: 'rate', retryAfterMs }, 0);
      resume(recovery, 0);
      return pause?.until;
    };
    const first = [undefined, undefined, undefined, 1, 60_000].map(untilRefused);
    expect(first).toEqual([1000, 2000, 4000, 2000, 60_000]);
    for (let i = 0; i < 10; i++) untilRefused();
    expect(untilRefused()).toBe(30_000);
    answer(recovery, started(recovery), false, 0);
    expect(untilRefused(1)).toBe(1);
  });
});

describe('a wait', () => {
  const WAITS: [PauseCause, number, number][] = [
    ['rate', 86_400_000, 86_400_000],
    // Longer than a day, it is an error of the sender.
    ['rate', 86_400_001, 1000],
    ['daily', 315_360_000_000, 1000],
    ['rate', 1e15, 1000],
    ['capacity', 60_000, 60_000],
    // No host knows for so long that it is overloaded.
    ['capacity', 3_600_000, 1000],
  ];

  it.each(WAITS)('of kind %s for %d ms counts as %d ms', (cause, retryAfterMs, waitMs) => {
    const recovery = newRecovery(false, 0);
    refuse(recovery, { epoch: started(recovery), cause, retryAfterMs }, 0);
    expect(pauseOf(recovery)?.until).toBe(waitMs);
  });

  const NEVER = Number.POSITIVE_INFINITY;
  /** What a lane does whose calls are refused one after the other, each with the wait of its row. */
  const refusedWith = (
    cause: PauseCause,
    waits: readonly (readonly [at: number, waitMs: number])[],
  ) => {
    const recovery = newRecovery(false, 0);
    for (const [at, retryAfterMs] of waits) {
      refuse(recovery, { epoch: started(recovery, at), cause, retryAfterMs }, at);
    }
    return pauseOf(recovery);
  };

  it.each([
    ['rate', 60_000, NEVER, true],
    ['rate', 60_001, 45_000, false],
    ['rate', 80_000_000, 45_000, false],
    ['daily', 80_000_000, 45_000, false],
    ['ramp', 600_000, 45_000, false],
  ] as const)('of kind %s for %d ms is tried after %d ms', (cause, waitMs, probeAt, isSure) => {
    expect(refusedWith(cause, [[0, waitMs]])).toMatchObject({ until: waitMs, probeAt, isSure });
  });

  it.each([
    ['rate', 120_000, 75_000, true, NEVER],
    // A host that asks for the same each time.
    ['rate', 120_000, 120_000, true, NEVER],
    ['rate', 86_400_000, 86_400_000, true, 645_000],
    ['daily', 86_400_000, 80_000_000, true, 3_645_000],
    // The second one asks for much more: it is alone with that.
    ['rate', 120_000, 86_400_000, false, 90_000],
    ['rate', 5000, 86_400_000, false, 90_000],
  ] as const)(
    'of kind %s for %d ms, and then for %d ms, is sure: %s',
    (cause, first, second, isSure, probeAt) => {
      const waits = [[0, first] as const, [45_000, second] as const];
      expect(refusedWith(cause, waits)).toMatchObject({ isSure, probeAt, until: 45_000 + second });
    },
  );

  it('is sure where another call of the same shortage is told about the same', () => {
    const told = (otherMs: number): Pick<Pause, 'isSure' | 'probeAt'> | undefined => {
      const recovery = newRecovery(false, 0);
      const epochs = [started(recovery), started(recovery)];
      refuse(recovery, { epoch: epochs[0]!, cause: 'rate', retryAfterMs: 7_200_000 }, 0);
      refuse(recovery, { epoch: epochs[1]!, cause: 'rate', retryAfterMs: otherMs }, 100);
      return pauseOf(recovery);
    };
    expect(told(3_600_000)).toMatchObject({ isSure: true, probeAt: 600_000, until: 7_200_000 });
    expect(told(60_000)).toMatchObject({ isSure: false, probeAt: 45_000, until: 7_200_000 });
  });

  it('is tried seldom where the first try has failed', () => {
    const tries = (cause: PauseCause): number[] => {
      const recovery = newRecovery(false, 0);
      refuse(recovery, { epoch: started(recovery), cause, retryAfterMs: 80_000_000 }, 0);
      return Array.from({ length: 6 }, () => {
        const at = pauseOf(recovery)?.probeAt ?? 0;
        const retryAfterMs = 80_000_000 - at;
        refuse(recovery, { epoch: started(recovery, at), cause, retryAfterMs }, at);
        return at / 1000;
      });
    };
    expect(tries('rate')).toEqual([45, 645, 1245, 1845, 2445, 3045]);
    expect(tries('daily')).toEqual([45, 3645, 7245, 10_845, 14_445, 18_045]);
  });
});

describe('the patience of a lane', () => {
  const again = (recovery: Recovery, now: number): void => {
    resume(recovery, now);
    refuse(recovery, { epoch: started(recovery, now), cause: 'rate', retryAfterMs: 25_000 }, now);
  };

  it('is over when nothing but refusals has come for as long', () => {
    const recovery = newRecovery(false, 0);
    refuse(recovery, { epoch: started(recovery), cause: 'rate', retryAfterMs: 25_000 }, 0);
    again(recovery, 25_000);
    expect(isGivenUp(recovery, 60_000)).toBe(false);
    again(recovery, 50_000);
    expect(isGivenUp(recovery, 60_000)).toBe(true);
  });

  it('begins anew with a success, and after a minute in which nobody tried', () => {
    for (const between of [
      (recovery: Recovery) => answer(recovery, started(recovery, 50_000), false, 50_000),
      () => {},
    ]) {
      const recovery = newRecovery(false, 0);
      refuse(recovery, { epoch: started(recovery), cause: 'rate', retryAfterMs: 25_000 }, 0);
      again(recovery, 25_000);
      resume(recovery, 50_000);
      between(recovery);
      again(recovery, 110_000);
      expect(isGivenUp(recovery, 60_000)).toBe(false);
      expect(recovery.streak).toBe(1);
    }
  });

  it('is not used up by what one response says', () => {
    const recovery = newRecovery(false, 0);
    const long = { cause: 'rate', retryAfterMs: 7_200_000 } as const;
    refuse(recovery, { epoch: started(recovery), ...long }, 0);
    expect(isGivenUp(recovery, 600_000)).toBe(false);
    // While one tries, the others wait for it.
    const epoch = started(recovery, 45_000);
    expect(isGivenUp(recovery, 60_000)).toBe(false);
    refuse(recovery, { epoch, ...long }, 45_100);
    expect(isGivenUp(recovery, 600_000)).toBe(true);
  });

  it('has nothing to do with what an operator says', () => {
    const recovery = newRecovery(false, 0);
    halt(recovery, 86_400_000, 0);
    expect(isGivenUp(recovery, 1000)).toBe(false);
  });
});

describe('after a pause', () => {
  it('one call goes, and after each round trip twice as many', () => {
    const recovery = resumed();
    // Starts as many as may go, and has them all answered.
    const roundTrip = (): number => {
      const epochs: number[] = [];
      while (isPassable(recovery) && epochs.length < 10_000) epochs.push(started(recovery));
      for (const epoch of epochs) answer(recovery, epoch, false, 0);
      return epochs.length;
    };
    const trips = Array.from({ length: 14 }, roundTrip);
    // Of 4,096 at once nobody knows of a limit.
    expect(trips).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 10_000]);
  });

  it('a lane with limits is open as soon as the probe is answered', () => {
    const recovery = resumed();
    answer(recovery, started(recovery), true, 0);
    expect(recovery.phase).toBe('open');
  });

  it('only the first call is a probe, and another one when that came to nothing', () => {
    const recovery = resumed();
    const epoch = started(recovery);
    expect(isPassable(recovery)).toBe(false);
    forget(recovery, epoch);
    expect([isPassable(recovery), isProbe(recovery)]).toEqual([true, true]);
    answer(recovery, started(recovery), false, 0);
    expect([isPassable(recovery), isProbe(recovery)]).toEqual([true, false]);
  });

  it('calls of an earlier epoch say nothing', () => {
    const recovery = newRecovery(false, 0);
    const old = started(recovery);
    stop(recovery, { cause: 'rate', since: 0, until: 10, probeAt: 10, isSure: true });
    resume(recovery, 10);
    start(recovery, 10);
    answer(recovery, old, true, 11);
    forget(recovery, old);
    expect([recovery.phase, recovery.unanswered]).toEqual(['probing', 1]);
  });

  it('twice as many may go after each second in which none was answered', () => {
    const recovery = resumed();
    start(recovery, 5);
    expect(widensAt(recovery)).toBe(5 + SECOND);
    widen(recovery, 4 + SECOND);
    expect(isPassable(recovery)).toBe(false);
    widen(recovery, 5 + SECOND);
    expect([isPassable(recovery), recovery.allowed]).toEqual([true, 2]);
    expect(widensAt(recovery)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a lane of whose limits nothing is known', () => {
  it('starts as after a pause, and is open once they are shown', () => {
    const recovery = newRecovery(true, 0);
    start(recovery, 0);
    expect(isPassable(recovery)).toBe(false);
    open(recovery);
    expect(recovery.phase).toBe('open');
  });

  it('is not opened by that after a refusal', () => {
    const recovery = resumed();
    open(recovery);
    expect(recovery.phase).toBe('probing');
  });
});

it('a lane never gets stuck: it passes calls once those in flight have ended', () => {
  const event = fc.constantFrom('start', 'answer', 'refuse', 'forget', 'resume', 'widen');
  fc.assert(
    fc.property(fc.boolean(), fc.array(event, { maxLength: 200 }), (isCold, events) => {
      const recovery = newRecovery(isCold, 0);
      const inFlight: number[] = [];
      let now = 0;
      for (const each of events) {
        now += 400;
        if (each === 'start' && isPassable(recovery)) inFlight.push(started(recovery, now));
        if (each === 'resume' && pauseOf(recovery)) resume(recovery, now);
        if (each === 'widen') widen(recovery, now);
        const isEnd = each === 'answer' || each === 'forget' || each === 'refuse';
        const epoch = isEnd ? inFlight.shift() : undefined;
        if (epoch === undefined) continue;
        if (each === 'answer') answer(recovery, epoch, false, now);
        if (each === 'forget') forget(recovery, epoch);
        if (each === 'refuse') refuse(recovery, { epoch, cause: 'rate', retryAfterMs: 1 }, now);
      }
      for (const epoch of inFlight) answer(recovery, epoch, false, now);
      if (pauseOf(recovery)) resume(recovery, now);
      expect(isPassable(recovery)).toBe(true);
      expect(recovery.unanswered).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 2000 },
  );
});
