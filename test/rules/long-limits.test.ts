import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LimitSource } from '../../src/model/limits.ts';
import { decide, type Grant } from '../../src/rules/decide.ts';
import type { LaneState } from '../../src/rules/lane-state.ts';
import { levels } from '../../src/rules/limits/limit-levels.ts';
import { type LimitSet, newLimitSet, observeBalance } from '../../src/rules/limits/limit-set.ts';
import { predict, take, takeAsHead, wait } from '../../src/rules/limits/limit-waits.ts';
import { limitSet } from '../../src/rules/limits/limits-codec.ts';
import type { Sighting } from '../../src/rules/limits/metered-limit.ts';
import { asked, ended, idsOf, lanelessOf, someCall, tickets, told } from './lanes.ts';
import { policyOf } from './limits/policies.ts';
import { stored } from './limits/stored.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** By how much a network may shift calls against each other. */
const SPREAD = 50;
const DAILY = { dimension: 'requests', windowMs: DAY } as const;
const ONE = { requests: 1 };

const policy = { ...policyOf({ enforcement: 'window', burstSeconds: 60 }), headroom: 0 };

function daily(max: number, source: LimitSource = 'headers'): LimitSet {
  return newLimitSet([{ ...DAILY, max, source }], policy, 0);
}

/** A response shows what is left of the day. */
function show(set: LimitSet, seen: Partial<Sighting>, sentAt: number, now = sentAt): void {
  observeBalance(set, [{ ...DAILY, max: 10, ...seen }], sentAt, set.taken, now);
}

describe('a day whose end responses show', () => {
  const usedUp = (): LimitSet => {
    const set = daily(10);
    for (let i = 0; i < 10; i++) {
      takeAsHead(set, ONE, i);
      show(set, { remaining: 9 - i, resetMs: 2 * HOUR - i }, i);
    }
    return set;
  };

  it('is over then, whatever was used of it', () => {
    const set = usedUp();
    expect(wait(set, ONE, MINUTE)).toMatchObject({ waitMs: 2 * HOUR - MINUTE });
    expect(predict(set, { requests: 8 }, MINUTE).waitMs).toBe(2 * HOUR - MINUTE);
    const read = stored(limitSet, set, MINUTE);
    for (const each of [set, read]) {
      expect(levels(each, 2 * HOUR)[0]).toMatchObject({ level: 10, remaining: 10 });
    }
  });

  it('is new but for what was taken since the response', () => {
    const set = daily(10);
    takeAsHead(set, ONE, 0);
    show(set, { remaining: 9, resetMs: 2 * HOUR }, 0);
    for (let i = 0; i < 3; i++) takeAsHead(set, ONE, HOUR);
    expect(levels(set, 2 * HOUR)[0]).toMatchObject({ level: 7, remaining: 7 });
  });

  it('has as much left as responses show after it, where none has shown its end', () => {
    const set = daily(10);
    for (let i = 0; i < 10; i++) {
      takeAsHead(set, ONE, i);
      show(set, { remaining: 9 - i }, i);
    }
    for (let i = 0; i < 20; i++) show(set, { remaining: 9 }, 3 * HOUR + i);
    expect(levels(set, 3 * HOUR + 20)[0]?.level).toBeGreaterThan(8);
  });

  it.each([0, -5, 3 * DAY])(
    'is as long as it is where the end is said to come in %d ms',
    (resetMs) => {
      const set = daily(10);
      for (let i = 0; i < 10; i++) takeAsHead(set, ONE, i);
      show(set, { remaining: 0, resetMs }, 10);
      show(set, { remaining: 0, resetMs }, 20);
      expect(wait(set, ONE, 20).waitMs).toBeGreaterThan(HOUR);
    },
  );

  it('gives nothing of a limit that was given, and is lower', () => {
    const set = newLimitSet([{ ...DAILY, max: 4, source: 'given' }], policy, 0);
    for (let i = 0; i < 4; i++) takeAsHead(set, ONE, i);
    show(set, { remaining: 6, resetMs: HOUR }, 4);
    expect(wait(set, ONE, 2 * HOUR).waitMs).toBe(DAY + SPREAD - 2 * HOUR);
  });
});

describe('responses that show nothing to be left', () => {
  const minutely = { dimension: 'requests', windowMs: MINUTE, max: 600 } as const;
  const shows = (set: LimitSet, remaining: number, sentAt: number, now: number): void =>
    observeBalance(set, [{ ...minutely, remaining }], sentAt, set.taken, now);
  const bucket = { ...policyOf({ enforcement: 'bucket', burstSeconds: 60 }), headroom: 0 };
  const lane = (): LimitSet => newLimitSet([{ ...minutely, source: 'given' }], bucket, 0);
  const levelOf = (set: LimitSet, now: number): number => levels(set, now)[0]!.level;

  it('are not believed when calls go on to pass that were sent after them', () => {
    const set = lane();
    for (let i = 0; i < 4; i++) shows(set, 0, i * SECOND, i * SECOND + 100);
    expect(levelOf(set, 3100)).toBeLessThan(10);
    shows(set, 0, 4 * SECOND, 4100);
    // As much has flowed in as without them.
    expect(levelOf(set, 4100)).toBeGreaterThan(40);
    expect(wait(set, { requests: 40 }, 4100).waitMs).toBe(0);
    // Until they show something else.
    shows(set, 3, 5 * SECOND, 5100);
    expect(levelOf(set, 5100)).toBeLessThan(10);
  });

  it('contradict each other at the second one, of a day of which nothing can have flowed in', () => {
    const set = daily(100);
    for (let i = 0; i < 3; i++) show(set, { max: 100, remaining: 90, resetMs: HOUR }, i);
    const zero = { max: 100, remaining: 0, resetMs: HOUR };
    show(set, zero, SECOND, SECOND + 100);
    // By its reset, one request flows in each 36 seconds.
    show(set, zero, 40 * SECOND, 40 * SECOND + 100);
    expect(wait(set, ONE, 41 * SECOND).waitMs).toBeGreaterThan(MINUTE);
    show(set, zero, 42 * SECOND, 42 * SECOND + 100);
    expect(wait(set, ONE, 43 * SECOND).waitMs).toBe(0);
    show(set, { max: 100, remaining: 1, resetMs: HOUR }, 44 * SECOND);
    show(set, { max: 100, remaining: 0, resetMs: HOUR }, 45 * SECOND);
    expect(wait(set, ONE, 46 * SECOND).waitMs).toBeGreaterThan(MINUTE);
  });

  it('are not believed of a day of which none has ever shown more', () => {
    const zero = { max: 100, remaining: 0, resetMs: HOUR };
    const set = daily(100);
    for (let i = 0; i < 2; i++) show(set, zero, 0, 100 + i);
    expect(wait(set, ONE, SECOND).waitMs).toBe(0);
    const before = daily(100);
    for (let i = 0; i < 3; i++) show(before, { max: 100, remaining: 90, resetMs: HOUR }, i);
    for (let i = 0; i < 2; i++) show(before, zero, SECOND, SECOND + 100 + i);
    expect(wait(before, ONE, 2 * SECOND).waitMs).toBeGreaterThan(MINUTE);
  });

  it('are believed where their calls were sent together', () => {
    const set = lane();
    for (let i = 0; i < 100; i++) shows(set, 0, 0, 100);
    expect(levelOf(set, 100)).toBeLessThan(2);
  });

  it('are believed if any of the last five showed something, or came to a call of before', () => {
    const odd = fc.constantFrom('more', 'before');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), odd), { maxLength: 20 }), (rounds) => {
        const set = lane();
        let now = 0;
        let lastAt = 0;
        for (const [zeros, other] of rounds) {
          for (let i = 0; i < zeros; i++) {
            now += SECOND;
            shows(set, 0, now, now + 100);
            lastAt = now + 100;
          }
          if (other === 'more') shows(set, 1, now + 200, now + 300);
          else shows(set, 0, lastAt - 50, now + 300);
          if (other === 'before') shows(set, 1, now + 350, now + 400);
          now += SECOND;
        }
        shows(set, 0, now, now + 100);
        expect(set.meters[0]?.balance).toBeDefined();
      }),
    );
  });
});

describe('a day’s limit that only refusals state', () => {
  const stated = { limits: [{ ...DAILY, max: 4 }], concurrency: undefined };

  /** A lane of which two refusals have said, a second ago, that four requests a day are its limit. */
  const laneOf = (): LaneState => {
    const state = lanelessOf(100, { policy });
    for (const request of [1, 2]) {
      told(state, { kind: 'told', call: someCall(request), stated }, 0);
    }
    return state;
  };
  const passes = (state: LaneState, grant: Grant, now: number): void => {
    told(state, { kind: 'answered', call: grant.call, isRefused: false }, now);
    told(state, ended(grant), now);
  };
  const goes = (state: LaneState, id: number, now: number): Grant => {
    const { granted } = asked(state, tickets(1, id), now);
    expect(granted).toHaveLength(1);
    passes(state, granted[0]!, now);
    return granted[0]!;
  };
  const inForce = (state: LaneState): number | undefined =>
    state.limits.meters.find(({ limit }) => limit.windowMs === DAY)?.limit.max;

  it('holds calls back for an hour after the last one', () => {
    const state = laneOf();
    for (let id = 1; id <= 4; id++) goes(state, id, SECOND);
    const { granted, blocked } = asked(state, tickets(3, 5), MINUTE);
    expect(granted).toEqual([]);
    expect(blocked).toEqual({ reason: 'requests', waitMs: HOUR - MINUTE });
  });

  it('is then exceeded by one call at a time', () => {
    const state = laneOf();
    for (let id = 1; id <= 4; id++) goes(state, id, SECOND);
    const first = asked(state, tickets(3, 5), HOUR);
    expect(idsOf(first)).toEqual([5]);
    expect(first.blocked?.reason).toBe('concurrency');
    expect(inForce(state)).toBe(4);
  });

  it('begins anew when a call has exceeded it, and is forgotten if that happens again soon', () => {
    const state = laneOf();
    for (let id = 1; id <= 4; id++) goes(state, id, SECOND);
    goes(state, 5, HOUR);
    // One of the new day is used: three are left.
    expect(idsOf(asked(state, tickets(5, 6), HOUR))).toEqual([6, 7, 8]);
    const again = laneOf();
    for (let id = 1; id <= 4; id++) goes(again, id, SECOND);
    for (let id = 5; id <= 9; id++) goes(again, id, HOUR + id);
    expect(inForce(again)).toBeUndefined();
    expect(decide(again, [], 2 * HOUR).blocked).toBeUndefined();
  });

  it('counts no call that was refused', () => {
    const state = laneOf();
    const { granted } = asked(state, tickets(3), SECOND);
    for (const { call } of granted) {
      const ending = { call, actual: ONE, wasAnswered: true, isRefused: true };
      told(state, { kind: 'answered', call, isRefused: true }, SECOND);
      told(state, { kind: 'ended', ...ending }, SECOND);
    }
    expect(levels(state.limits, SECOND)[0]).toMatchObject({ level: 4 });
  });

  const refusedAt = (state: LaneState, { call }: Grant, now: number): void => {
    const words = { dimension: 'requests', stated } as const;
    const refusal = { call, cause: 'daily', retryAfterMs: undefined, words } as const;
    told(state, { kind: 'refused', ...refusal }, now);
    told(state, { kind: 'answered', call, isRefused: true }, now);
    told(state, ended({ call }, { isRefused: true }), now);
  };

  it('begins anew when the first call passes after a refusal', () => {
    const state = laneOf();
    for (let id = 1; id <= 3; id++) goes(state, id, SECOND);
    const [last] = asked(state, tickets(1, 4), MINUTE).granted;
    refusedAt(state, last!, MINUTE);
    expect(idsOf(asked(state, tickets(9, 5), MINUTE))).toEqual([]);
    const probe = asked(state, tickets(9, 5), 2 * MINUTE);
    expect(idsOf(probe)).toEqual([5]);
    passes(state, probe.granted[0]!, 2 * MINUTE);
    expect(idsOf(decide(state, [], 2 * MINUTE))).toEqual([6, 7, 8]);
  });

  it.each([6, 9])('goes beyond the %d a day that were given with probes only', (max) => {
    const state = lanelessOf(100, {
      ...{ policy, start: [{ ...DAILY, max, source: 'given' }] },
    });
    let gone = 0;
    let refusals = 0;
    for (let now = SECOND; now < DAY; now += 20 * MINUTE) {
      // The provider's new days begin at once, at six and at noon.
      const ofDay = Math.floor(now / (6 * HOUR));
      const { granted } = asked(state, tickets(9, now), now);
      for (const [index, grant] of granted.entries()) {
        const isProbe = state.recovery.phase === 'probing';
        if (!isProbe) gone++;
        if (ofDay < 3 && index < 4 && now % (6 * HOUR) < HOUR) passes(state, grant, now);
        else {
          refusals++;
          refusedAt(state, grant, now);
        }
      }
    }
    expect(refusals).toBeGreaterThan(1);
    expect(gone).toBeLessThanOrEqual(max);
  });

  it('takes nothing of a given limit but what was used', () => {
    const state = lanelessOf(100, { policy, start: [{ ...DAILY, max: 4, source: 'given' }] });
    goes(state, 1, SECOND);
    const [last] = asked(state, tickets(1, 2), MINUTE).granted;
    refusedAt(state, last!, MINUTE);
    const probe = asked(state, tickets(9, 3), 2 * MINUTE);
    passes(state, probe.granted[0]!, 2 * MINUTE);
    // Three of four have gone, one of them refused.
    expect(idsOf(decide(state, [], 2 * MINUTE))).toEqual([4]);
  });
});

it('a limit of a minute is taken from as before', () => {
  const minutely = { dimension: 'requests', windowMs: MINUTE, max: 10, source: 'headers' } as const;
  const set = newLimitSet([minutely], policy, 0);
  for (let i = 0; i < 10; i++) take(set, ONE, 0);
  observeBalance(set, [{ ...minutely, remaining: 0, resetMs: SECOND }], 0, set.taken, 0);
  expect(wait(set, ONE, 2 * SECOND).waitMs).toBeGreaterThan(SECOND);
});
