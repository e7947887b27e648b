import { describe, expect, it } from 'vitest';
import type { LimitSource } from '../../../src/model/limits.ts';
import {
  isKnown,
  learnEstimate,
  learnShown,
  learnStated,
  newKnownLimits,
  restart,
  sightingsOf,
} from '../../../src/rules/learning/known-limits.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function tokens(max: number, source: LimitSource): MeteredLimit {
  return { dimension: 'tokens', max, windowMs: MINUTE, source };
}

function requests(max: number, source: LimitSource, windowMs: number = MINUTE): MeteredLimit {
  return { dimension: 'requests', max, windowMs, source };
}

describe('the limits of a lane', () => {
  it('are lowered by headers where they were given, never raised, and told of once', () => {
    const limits = newKnownLimits([tokens(1000, 'given')]);
    const learn = (limit: number) =>
      learnShown(limits, sightingsOf(limits, [{ dimension: 'tokens', limit, remaining: 5 }]));
    expect(learn(2000)).toEqual([]);
    expect(learn(800)).toEqual([tokens(800, 'headers')]);
    expect(learn(800)).toEqual([]);
    expect(limits.inForce).toEqual([tokens(800, 'headers')]);
    expect(learn(5000)).toEqual([tokens(1000, 'given')]);
  });

  it('are what headers show where they were published or guessed', () => {
    const limits = newKnownLimits([tokens(30_000, 'published')]);
    learnShown(limits, sightingsOf(limits, [{ dimension: 'tokens', limit: 2_000_000 }]));
    expect(limits.inForce).toEqual([tokens(2_000_000, 'headers')]);
  });

  it('keep the guesses that headers don’t show, also where one of them was wrong', () => {
    const limits = newKnownLimits([tokens(30_000, 'guess'), requests(500, 'guess')]);
    learnShown(limits, sightingsOf(limits, [{ dimension: 'tokens', limit: 450_000 }]));
    expect(limits.inForce).toEqual([tokens(450_000, 'headers'), requests(500, 'guess')]);
  });

  it('are what a refusal states, though headers show more, until these show something else', () => {
    const limits = newKnownLimits([tokens(30_000, 'guess')]);
    const learn = (limit: number) =>
      learnShown(limits, sightingsOf(limits, [{ dimension: 'tokens', limit, windowMs: MINUTE }]));
    learn(900_000);
    learnStated(limits, [{ dimension: 'tokens', max: 40_000, windowMs: MINUTE }]);
    learn(900_000);
    expect(limits.inForce).toEqual([tokens(40_000, 'refusal')]);
    learn(950_000);
    expect(limits.inForce).toEqual([tokens(950_000, 'headers')]);
  });

  it('are lowered by a refusal where they were given, never raised', () => {
    const limits = newKnownLimits([requests(60, 'given')]);
    learnStated(limits, [{ dimension: 'requests', max: 100, windowMs: MINUTE }]);
    expect(limits.inForce).toEqual([requests(60, 'given')]);
    learnStated(limits, [{ dimension: 'requests', max: 3, windowMs: MINUTE }]);
    expect(limits.inForce).toEqual([requests(3, 'refusal')]);
  });

  it('have the window that the provider’s profile says, where it says one', () => {
    const day = { dimension: 'requests', windowMs: DAY } as const;
    const limits = newKnownLimits([], [day, { dimension: 'tokens', windowMs: MINUTE }]);
    expect(sightingsOf(limits, [{ dimension: 'requests', limit: 1000 }])[0]?.windowMs).toBe(DAY);
    const either = newKnownLimits([], [day, { ...day, windowMs: MINUTE }]);
    expect(sightingsOf(either, [{ dimension: 'requests', limit: 1000 }])[0]?.windowMs).toBe(MINUTE);
  });

  it('are a minute’s unless the header, or a known limit of the same size, says otherwise', () => {
    const limits = newKnownLimits([requests(200, 'given', DAY)]);
    const [unknown] = sightingsOf(limits, [{ dimension: 'requests', limit: 60, remaining: 1 }]);
    expect(unknown?.windowMs).toBe(MINUTE);
    const [known] = sightingsOf(limits, [{ dimension: 'requests', limit: 200, remaining: 1 }]);
    expect(known?.windowMs).toBe(DAY);
  });

  it('take the stricter of two for the same dimension, and no sum beside its parts', () => {
    const limits = newKnownLimits([]);
    const project = { dimension: 'tokens', limit: 100, remaining: 90, windowMs: MINUTE } as const;
    const organisation = { ...project, limit: 500, remaining: 20 };
    expect(sightingsOf(limits, [organisation, project])).toEqual([
      { dimension: 'tokens', max: 100, remaining: 20, windowMs: MINUTE },
    ]);
    const parts = [
      { dimension: 'tokens', limit: 30 },
      { dimension: 'inputTokens', limit: 20 },
      { dimension: 'outputTokens', limit: 10 },
    ] as const;
    expect(sightingsOf(limits, parts).map(({ dimension }) => dimension)).toEqual([
      'inputTokens',
      'outputTokens',
    ]);
  });

  it('ignore a limit of nothing', () => {
    const limits = newKnownLimits([]);
    expect(sightingsOf(limits, [{ dimension: 'tokens', limit: 0, remaining: 0 }])).toEqual([]);
    expect(sightingsOf(limits, [{ dimension: 'tokens', remaining: 10 }])).toEqual([]);
  });

  it('start anew from others, which what was shown counts for, and what was tried doesn’t', () => {
    const limits = newKnownLimits([tokens(1000, 'given'), requests(50, 'guess')]);
    learnShown(limits, sightingsOf(limits, [{ dimension: 'tokens', limit: 800 }]));
    learnEstimate(limits, { dimension: 'requests', max: 30, windowMs: MINUTE });
    expect(restart(limits, [tokens(1000, 'given'), requests(50, 'guess')])).toBe(false);
    expect(limits.inForce).toEqual([tokens(800, 'headers'), requests(30, 'guess')]);
    expect(restart(limits, [tokens(900, 'given'), requests(50, 'guess')])).toBe(true);
    expect(limits.inForce).toEqual([tokens(800, 'headers'), requests(50, 'guess')]);
    expect(restart(limits, [tokens(700, 'given')])).toBe(true);
    expect(limits.inForce).toEqual([tokens(700, 'given')]);
  });

  it('are not known as long as nothing has confirmed a guess', () => {
    const limits = newKnownLimits([requests(50, 'guess')]);
    expect(isKnown(limits)).toBe(false);
    learnEstimate(limits, { dimension: 'requests', max: 30, windowMs: MINUTE });
    expect(isKnown(limits)).toBe(true);
    expect(isKnown(newKnownLimits([requests(50, 'published')]))).toBe(true);
  });
});
