import { beforeEach, describe, expect, it } from 'vitest';
import type { LimitSource } from '../../../src/model/limits.ts';
import {
  forgetUnshown,
  heard,
  isAlone,
  lapsesAt,
  learnShown,
  learnStated,
  passTime,
  restart,
} from '../../../src/rules/learning/beliefs.ts';
import {
  type KnownLimits,
  learnEstimate,
  newKnownLimits,
} from '../../../src/rules/learning/known-limits.ts';
import { newThroughput } from '../../../src/rules/learning/throughput.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function tokens(max: number, source: LimitSource): MeteredLimit {
  return { dimension: 'tokens', max, windowMs: MINUTE, source };
}

function requests(max: number, source: LimitSource): MeteredLimit {
  return { dimension: 'requests', max, windowMs: MINUTE, source };
}

let responses = 0;

/** What another response says, to a call of 50 tokens. */
function testimony(now: number) {
  const taken = { requests: ++responses };
  return { call: { cost: { requests: 1, tokens: 50 }, taken }, throughput: newThroughput(0), now };
}

function shown(known: KnownLimits, max: number, now = 0, said = testimony(now)): MeteredLimit[] {
  const sighting = { dimension: 'tokens', max, windowMs: MINUTE } as const;
  learnShown(known, heard(known, [sighting], said), now);
  return known.inForce;
}

function stated(known: KnownLimits, max: number, now = 0, said = testimony(now)): MeteredLimit[] {
  learnStated(known, [{ dimension: 'tokens', max, windowMs: MINUTE }], said);
  return known.inForce;
}

function later(known: KnownLimits, now: number): MeteredLimit[] {
  passTime(known, now);
  return known.inForce;
}

beforeEach(() => {
  responses = 0;
});

describe('what headers show', () => {
  it('lowers what was given, never raises it, and is told of once', () => {
    const known = newKnownLimits([tokens(1000, 'given')]);
    const learn = (max: number) => {
      const sighting = { dimension: 'tokens', max, windowMs: MINUTE } as const;
      return learnShown(known, heard(known, [sighting], testimony(0)), 0);
    };
    expect(learn(2000)).toEqual([]);
    expect(learn(1200)).toEqual([]);
    expect(learn(800)).toEqual([tokens(800, 'headers')]);
    expect(learn(800)).toEqual([]);
    expect(known.inForce).toEqual([tokens(800, 'headers')]);
    expect(learn(5000)).toEqual([tokens(1000, 'given')]);
  });

  it('counts where a limit was published or guessed, and keeps the others', () => {
    const known = newKnownLimits([tokens(30_000, 'published'), requests(500, 'guess')]);
    expect(shown(known, 2_000_000)).toEqual([tokens(2_000_000, 'headers'), requests(500, 'guess')]);
  });

  it('is forgotten within a minute where one response alone has shown it', () => {
    const known = newKnownLimits([tokens(1000, 'given')]);
    expect(shown(known, 800)).toEqual([tokens(800, 'headers')]);
    expect(isAlone(known, known.inForce[0]!, 0)).toBe(true);
    expect(lapsesAt(known, 0)).toBe(45 * SECOND);
    expect(later(known, 45 * SECOND - 1)).toEqual([tokens(800, 'headers')]);
    expect(later(known, 45 * SECOND)).toEqual([tokens(1000, 'given')]);
  });

  it('stays where two have shown it; after a minute without another, a larger call may find out', () => {
    const known = newKnownLimits([tokens(1000, 'given')]);
    shown(known, 800, 0);
    shown(known, 800, 100);
    expect(isAlone(known, known.inForce[0]!, MINUTE / 2)).toBe(false);
    expect(later(known, 10 * HOUR)).toEqual([tokens(800, 'headers')]);
    expect(isAlone(known, known.inForce[0]!, MINUTE)).toBe(true);
  });

  it('goes back to what two have shown where one alone has shown less', () => {
    const known = newKnownLimits([]);
    for (const max of [500, 500, 300]) shown(known, max);
    expect(known.inForce).toEqual([tokens(300, 'headers')]);
    expect(isAlone(known, known.inForce[0]!, 0)).toBe(true);
    expect(later(known, MINUTE)).toEqual([tokens(500, 'headers')]);
    expect(isAlone(known, known.inForce[0]!, MINUTE)).toBe(true);
  });

  it('is forgotten if the next responses show other limits, and not this one', () => {
    const known = newKnownLimits([]);
    const other = { dimension: 'requests', max: 9, windowMs: MINUTE } as const;
    for (const max of [500, 500]) shown(known, max);
    for (let i = 0; i < 2; i++) expect(forgetUnshown(known, [other], i)).toEqual([]);
    shown(known, 500);
    for (let i = 0; i < 9; i++) forgetUnshown(known, [], i);
    expect(known.inForce).toEqual([tokens(500, 'headers')]);
    for (let i = 0; i < 3; i++) forgetUnshown(known, [other], i);
    expect(known.inForce).toEqual([]);
  });

  it.each([
    ['below the call that passed', 40],
    ['below a hundredth of what was given', 900],
  ])('is not believed of one response alone: %s', (_, max) => {
    const known = newKnownLimits([tokens(100_000, 'given')]);
    expect(shown(known, max)).toEqual([tokens(100_000, 'given')]);
    // In the same response again: it says nothing more.
    const same = {
      ...testimony(0),
      call: { cost: { requests: 1, tokens: 50 }, taken: { requests: 1 } },
    };
    expect(shown(known, max, 0, same)).toEqual([tokens(100_000, 'given')]);
    expect(shown(known, max)).toEqual([tokens(max, 'headers')]);
    expect(isAlone(known, known.inForce[0]!, 0)).toBe(false);
  });

  it('is not believed of one response alone that shows less than half of what others show', () => {
    const known = newKnownLimits([]);
    for (const max of [500, 500, 200, 500, 200]) shown(known, max);
    expect(known.inForce).toEqual([tokens(500, 'headers')]);
    expect(shown(known, 200)).toEqual([tokens(200, 'headers')]);
  });
});

describe('what a refusal states', () => {
  it('counts though headers show more, until these show something else', () => {
    const known = newKnownLimits([tokens(30_000, 'guess')]);
    shown(known, 900_000);
    stated(known, 40_000);
    expect(shown(known, 900_000)).toEqual([tokens(40_000, 'refusal')]);
    expect(shown(known, 950_000)).toEqual([tokens(950_000, 'headers')]);
  });

  it('lowers what was given, never raises it', () => {
    const known = newKnownLimits([tokens(600, 'given')]);
    expect(stated(known, 1000)).toEqual([tokens(600, 'given')]);
    expect(stated(known, 300)).toEqual([tokens(300, 'refusal')]);
  });

  it('is forgotten within a minute where one alone states it, and headers count again', () => {
    const known = newKnownLimits([]);
    shown(known, 900_000);
    stated(known, 40_000);
    shown(known, 900_000, 100);
    expect(later(known, MINUTE)).toEqual([tokens(900_000, 'headers')]);
  });

  it('is tried again an hour after the last one, from there on', () => {
    const known = newKnownLimits([tokens(600, 'given')]);
    stated(known, 300, 0);
    stated(known, 300, SECOND);
    expect(later(known, HOUR)).toEqual([tokens(300, 'refusal')]);
    expect(passTime(known, HOUR + SECOND).retried).toEqual([tokens(300, 'refusal')]);
    expect(known.inForce).toEqual([tokens(300, 'guess')]);
    // It is still true: one more is enough.
    stated(known, 300, HOUR + MINUTE);
    expect(later(known, 2 * HOUR)).toEqual([tokens(300, 'refusal')]);
  });
});

describe('limits that are given anew', () => {
  it('keep what was shown, and nothing that was tried', () => {
    const known = newKnownLimits([tokens(1000, 'given'), requests(50, 'guess')]);
    shown(known, 800);
    learnEstimate(known, requests(30, 'guess'));
    expect(restart(known, [tokens(1000, 'given'), requests(50, 'guess')], false, 0)).toBe(false);
    expect(known.inForce).toEqual([tokens(800, 'headers'), requests(30, 'guess')]);
    expect(restart(known, [tokens(900, 'given'), requests(50, 'guess')], false, 0)).toBe(true);
    expect(known.inForce).toEqual([tokens(800, 'headers'), requests(50, 'guess')]);
    expect(restart(known, [tokens(700, 'given')], false, 0)).toBe(true);
    expect(known.inForce).toEqual([tokens(700, 'given')]);
  });

  it('by the user forget what was shown, also where they are the same', () => {
    const known = newKnownLimits([tokens(1000, 'given')]);
    for (const max of [800, 800]) shown(known, max);
    expect(restart(known, [tokens(1000, 'given')], true, 0)).toBe(false);
    expect(known.inForce).toEqual([tokens(1000, 'given')]);
  });
});
