import { expect, test } from 'vitest';
import { presetFor } from '../../src/providers/preset-for.ts';
import { isTierOf, tiersOf } from '../../src/providers/tier.ts';

test('the names of all tiers, old and new', () => {
  expect(tiersOf('openai')).toEqual([
    'Free',
    'Tier 1',
    'Tier 2',
    'Build',
    'Tier 3',
    'Tier 4',
    'Launch',
    'Tier 5',
    'Grow',
  ]);
  expect(tiersOf('anthropic')).toContain('Scale');
  expect(tiersOf('azure')).toEqual([]);
});

test.each(['tier 2', 'Tier-2', 'TIER_2', 'tier2', 'T2', 't2', 'usage tier 2', '2', 2, ' build '])(
  '%j is OpenAI’s second tier',
  (tier) => {
    expect(isTierOf('openai', tier)).toBe(true);
    expect(presetFor({ host: 'openai', model: 'gpt-4o', tier })).toMatchObject({
      tier: 'Build',
      isGuess: false,
    });
  },
);

test.each(['tier 9', 'scale', '', 'tier', -1, 1.5, Number.NaN])(
  '%j is no tier of OpenAI’s, and counts as none given',
  (tier) => {
    expect(isTierOf('openai', tier)).toBe(false);
    expect(presetFor({ host: 'openai', model: 'gpt-4o', tier })).toEqual(
      presetFor({ host: 'openai', model: 'gpt-4o' }),
    );
  },
);
