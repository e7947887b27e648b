import { describe, expect, test } from 'vitest';
import { presetFor } from '../../../src/providers/preset-for.ts';
import { figures } from '../figures.ts';

/** platform.claude.com/docs/en/api/rate-limits, 2026-08 to 2026-10. */
describe('tiers', () => {
  const START = '1000 rpm 2000000 itpm 400000 otpm';
  const BUILD = '5000 rpm 5000000 itpm 1000000 otpm';
  const SCALE = '10000 rpm 10000000 itpm 2000000 otpm';

  test.each([
    ['claude-opus-4-5-20251101', START, BUILD, SCALE],
    ['claude-opus-5', START, BUILD, SCALE],
    ['claude-opus-5-5', START, BUILD, SCALE],
    ['claude-sonnet-4-6', START, BUILD, SCALE],
    ['claude-sonnet-5', START, BUILD, SCALE],
    ['claude-sonnet-5-5', START, BUILD, SCALE],
    ['claude-haiku-4-5', START, BUILD, SCALE],
    ['claude-haiku-5-5', START, BUILD, SCALE],
    [
      'claude-fable-5-1',
      '1000 rpm 500000 itpm 100000 otpm',
      '2000 rpm 1500000 itpm 300000 otpm',
      '4000 rpm 4000000 itpm 800000 otpm',
    ],
    [
      'claude-3-5-haiku-20241022',
      '1000 rpm 100000 itpm 20000 otpm',
      '2000 rpm 200000 itpm 40000 otpm',
      '4000 rpm 400000 itpm 80000 otpm',
    ],
  ])('%s', (model, start, build, scale) => {
    expect(figures({ host: 'anthropic', model })).toBe(start);
    expect(figures({ host: 'anthropic', model, tier: 'Start' })).toBe(start);
    expect(figures({ host: 'anthropic', model, tier: 'build' })).toBe(build);
    expect(figures({ host: 'anthropic', model, tier: 'SCALE' })).toBe(scale);
  });

  /** 2026-05-22; replaced in mid-2026. */
  test.each([
    ['claude-opus-4-6', 1, '50 rpm 500000 itpm 80000 otpm'],
    ['claude-opus-4-6', 2, '1000 rpm 2000000 itpm 200000 otpm'],
    ['claude-opus-4-6', 3, '2000 rpm 5000000 itpm 400000 otpm'],
    ['claude-opus-4-6', 4, '4000 rpm 10000000 itpm 800000 otpm'],
    ['claude-sonnet-4-5', 1, '50 rpm 30000 itpm 8000 otpm'],
    ['claude-sonnet-4-5', 2, '1000 rpm 450000 itpm 90000 otpm'],
    ['claude-sonnet-4-5', 3, '2000 rpm 800000 itpm 160000 otpm'],
    ['claude-sonnet-4-5', 4, '4000 rpm 2000000 itpm 400000 otpm'],
    ['claude-haiku-4-5', 1, '50 rpm 50000 itpm 10000 otpm'],
    ['claude-haiku-4-5', 2, '1000 rpm 450000 itpm 90000 otpm'],
    ['claude-haiku-4-5', 3, '2000 rpm 1000000 itpm 200000 otpm'],
    ['claude-haiku-4-5', 4, '4000 rpm 4000000 itpm 800000 otpm'],
  ])('%s in old tier %d', (model, tier, column) => {
    expect(figures({ host: 'anthropic', model, tier })).toBe(column);
    expect(presetFor({ host: 'anthropic', model, tier })?.isGuess).toBe(false);
  });

  test('Evaluation has no published figures: those of old tier 1, where there are some', () => {
    const query = { host: 'anthropic', tier: 'evaluation' } as const;
    expect(presetFor({ ...query, model: 'claude-sonnet-4-5' })).toMatchObject({
      tier: 'Tier 1',
      isGuess: true,
    });
    expect(presetFor({ ...query, model: 'claude-opus-5' })?.tier).toBe('Start');
  });
});

describe('families', () => {
  test.each([
    ['claude-opus-4-5', 'claude-opus-4.x'],
    ['claude-opus-4-8', 'claude-opus-4.x'],
    ['claude-opus-4.7', 'claude-opus-4.x'],
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4.x'],
    ['claude-sonnet-4-6', 'claude-sonnet-4.x'],
    ['claude-fable-5', 'claude-fable-5.x'],
    ['claude-fable-5-2', 'claude-fable-5.x'],
    ['claude-opus-5', 'claude-opus-5'],
    ['claude-opus-5-5-20261001', 'claude-opus-5-5'],
    ['claude-sonnet-5', 'claude-sonnet-5'],
    ['claude-haiku-5-5-latest', 'claude-haiku-5-5'],
    ['claude-mythos-5-2', 'claude-mythos-5-2'],
  ])('%s draws on %s', (model, family) => {
    expect(presetFor({ host: 'anthropic', model })?.family).toBe(family);
  });

  test('a model that no row names gets the lowest limits of those that are sold', () => {
    const query = { host: 'anthropic', model: 'claude-mythos-5-2', tier: 'Build' } as const;
    expect(figures(query)).toBe('2000 rpm 1500000 itpm 300000 otpm');
    expect(presetFor(query)?.isGuess).toBe(true);
  });
});
