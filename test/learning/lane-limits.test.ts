import { describe, expect, it } from 'vitest';
import type { MeteredLimit } from '../../src/gate/meter.ts';
import { LaneLimits } from '../../src/learning/lane-limits.ts';
import type { LimitSource } from '../../src/model/limits.ts';

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
    const limits = new LaneLimits([tokens(1000, 'given')]);
    const learn = (limit: number) =>
      limits.learn(limits.sightings([{ dimension: 'tokens', limit, remaining: 5 }]));
    expect(learn(2000)).toEqual([]);
    expect(learn(800)).toEqual([tokens(800, 'headers')]);
    expect(learn(800)).toEqual([]);
    expect(limits.inForce).toEqual([tokens(800, 'headers')]);
    expect(learn(5000)).toEqual([tokens(1000, 'given')]);
  });

  it('are what headers show where they were published or guessed', () => {
    const limits = new LaneLimits([tokens(30_000, 'published')]);
    limits.learn(limits.sightings([{ dimension: 'tokens', limit: 2_000_000 }]));
    expect(limits.inForce).toEqual([tokens(2_000_000, 'headers')]);
  });

  it('keep the guesses that headers don’t show, also where one of them was wrong', () => {
    const limits = new LaneLimits([tokens(30_000, 'guess'), requests(500, 'guess')]);
    limits.learn(limits.sightings([{ dimension: 'tokens', limit: 450_000 }]));
    expect(limits.inForce).toEqual([tokens(450_000, 'headers'), requests(500, 'guess')]);
  });

  it('are what a refusal states, though headers show more, until these show something else', () => {
    const limits = new LaneLimits([tokens(30_000, 'guess')]);
    const learn = (limit: number) =>
      limits.learn(limits.sightings([{ dimension: 'tokens', limit, windowMs: MINUTE }]));
    learn(900_000);
    limits.told([{ dimension: 'tokens', max: 40_000, windowMs: MINUTE }]);
    learn(900_000);
    expect(limits.inForce).toEqual([tokens(40_000, 'refusal')]);
    learn(950_000);
    expect(limits.inForce).toEqual([tokens(950_000, 'headers')]);
  });

  it('are lowered by a refusal where they were given, never raised', () => {
    const limits = new LaneLimits([requests(60, 'given')]);
    limits.told([{ dimension: 'requests', max: 100, windowMs: MINUTE }]);
    expect(limits.inForce).toEqual([requests(60, 'given')]);
    limits.told([{ dimension: 'requests', max: 3, windowMs: MINUTE }]);
    expect(limits.inForce).toEqual([requests(3, 'refusal')]);
  });

  it('have the window that the provider’s profile says, where it says one', () => {
    const day = { dimension: 'requests', windowMs: DAY } as const;
    const limits = new LaneLimits([], [day, { dimension: 'tokens', windowMs: MINUTE }]);
    expect(limits.sightings([{ dimension: 'requests', limit: 1000 }])[0]?.windowMs).toBe(DAY);
    const either = new LaneLimits([], [day, { ...day, windowMs: MINUTE }]);
    expect(either.sightings([{ dimension: 'requests', limit: 1000 }])[0]?.windowMs).toBe(MINUTE);
  });

  it('are a minute’s unless the header, or a known limit of the same size, says otherwise', () => {
    const limits = new LaneLimits([requests(200, 'given', DAY)]);
    const [unknown] = limits.sightings([{ dimension: 'requests', limit: 60, remaining: 1 }]);
    expect(unknown?.windowMs).toBe(MINUTE);
    const [known] = limits.sightings([{ dimension: 'requests', limit: 200, remaining: 1 }]);
    expect(known?.windowMs).toBe(DAY);
  });

  it('take the stricter of two for the same dimension, and no sum beside its parts', () => {
    const limits = new LaneLimits([]);
    const project = { dimension: 'tokens', limit: 100, remaining: 90, windowMs: MINUTE } as const;
    const organisation = { ...project, limit: 500, remaining: 20 };
    expect(limits.sightings([organisation, project])).toEqual([
      { dimension: 'tokens', max: 100, remaining: 20, windowMs: MINUTE },
    ]);
    const parts = [
      { dimension: 'tokens', limit: 30 },
      { dimension: 'inputTokens', limit: 20 },
      { dimension: 'outputTokens', limit: 10 },
    ] as const;
    expect(limits.sightings(parts).map(({ dimension }) => dimension)).toEqual([
      'inputTokens',
      'outputTokens',
    ]);
  });

  it('ignore a limit of nothing', () => {
    const limits = new LaneLimits([]);
    expect(limits.sightings([{ dimension: 'tokens', limit: 0, remaining: 0 }])).toEqual([]);
    expect(limits.sightings([{ dimension: 'tokens', remaining: 10 }])).toEqual([]);
  });
});
