import { describe, expect, it } from 'vitest';
import type { LimitSource } from '../../../src/model/limits.ts';
import {
  isKnown,
  learnEstimate,
  newKnownLimits,
} from '../../../src/rules/learning/known-limits.ts';
import { sightingsOf } from '../../../src/rules/learning/sightings.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function requests(max: number, source: LimitSource, windowMs: number = MINUTE): MeteredLimit {
  return { dimension: 'requests', max, windowMs, source };
}

describe('the limits of a lane', () => {
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
    const organization = { ...project, limit: 500, remaining: 20 };
    expect(sightingsOf(limits, [organization, project])).toEqual([
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

  it('are not known as long as nothing has confirmed a guess', () => {
    const limits = newKnownLimits([requests(50, 'guess')]);
    expect(isKnown(limits)).toBe(false);
    learnEstimate(limits, { dimension: 'requests', max: 30, windowMs: MINUTE });
    expect(isKnown(limits)).toBe(true);
    expect(isKnown(newKnownLimits([requests(50, 'published')]))).toBe(true);
  });
});
