import { describe, expect, test } from 'vitest';
import { presetFor } from '../../../src/providers/preset-for.ts';
import { figures } from '../figures.ts';

/** The model pages of developers.openai.com, 2026-08-16; the new tiers, 2026-10-06. */
const TIERS: readonly (readonly string[])[] = [
  ['tier 1'],
  ['tier 2', 'build'],
  ['tier 3'],
  ['tier 4', 'launch'],
  ['tier 5', 'grow'],
];

function inTier(model: string, index: number, inputTokens = 0): string[] {
  return (TIERS[index] ?? []).map((tier) => figures({ host: 'openai', model, tier, inputTokens }));
}

describe('standard context', () => {
  test.each([
    [
      'gpt-4o',
      '500 rpm 30000 tpm',
      '5000 rpm 450000 tpm',
      '5000 rpm 800000 tpm',
      '10000 rpm 2000000 tpm',
      '10000 rpm 30000000 tpm',
    ],
    [
      'gpt-4o-mini',
      '500 rpm 10000 rpd 200000 tpm',
      '5000 rpm 2000000 tpm',
      '5000 rpm 4000000 tpm',
      '10000 rpm 10000000 tpm',
      '30000 rpm 150000000 tpm',
    ],
    [
      'gpt-4.1',
      '500 rpm 30000 tpm',
      '5000 rpm 450000 tpm',
      '5000 rpm 800000 tpm',
      '10000 rpm 2000000 tpm',
      '10000 rpm 30000000 tpm',
    ],
    [
      'gpt-5.4',
      '500 rpm 500000 tpm',
      '5000 rpm 1000000 tpm',
      '5000 rpm 2000000 tpm',
      '10000 rpm 4000000 tpm',
      '15000 rpm 40000000 tpm',
    ],
    [
      'gpt-5-nano',
      '500 rpm 200000 tpm',
      '5000 rpm 2000000 tpm',
      '5000 rpm 4000000 tpm',
      '10000 rpm 10000000 tpm',
      '30000 rpm 180000000 tpm',
    ],
    [
      'text-embedding-3-small',
      '3000 rpm 1000000 tpm',
      '5000 rpm 1000000 tpm',
      '5000 rpm 5000000 tpm',
      '10000 rpm 5000000 tpm',
      '10000 rpm 10000000 tpm',
    ],
    [
      'text-embedding-3-large',
      '3000 rpm 1000000 tpm',
      '5000 rpm 1000000 tpm',
      '5000 rpm 5000000 tpm',
      '10000 rpm 5000000 tpm',
      '10000 rpm 10000000 tpm',
    ],
    [
      'gpt-image-2',
      '5 rpm 100000 tpm',
      '20 rpm 250000 tpm',
      '50 rpm 800000 tpm',
      '150 rpm 3000000 tpm',
      '250 rpm 8000000 tpm',
    ],
    ['whisper-1', '500 rpm', '2500 rpm', '5000 rpm', '7500 rpm', '10000 rpm'],
  ])('%s', (model, ...columns) => {
    for (const [index, column] of columns.entries()) {
      for (const got of inTier(model, index)) expect(got).toBe(column);
    }
  });

  test.each([
    ['text-embedding-3-small', '100 rpm 2000 rpd 40000 tpm'],
    ['omni-moderation-latest', '250 rpm 5000 rpd 10000 tpm'],
    ['tts-1', '3 rpm 200 rpd'],
  ])('%s is one of the few that the free tier has', (model, column) => {
    expect(figures({ host: 'openai', model, tier: 'free' })).toBe(column);
  });

  test.each([
    ['o3-mini', 'tier 2', '2000 rpm 200000 tpm'],
    ['o4-mini', 'tier 2', '2000 rpm 2000000 tpm'],
    ['gpt-5.4-pro', 'tier 5', '1500 rpm 4000000 tpm'],
    ['gpt-4', 'tier 1', '500 rpm 10000 rpd 10000 tpm'],
    ['gpt-5-codex', 'grow', '15000 rpm 10000000 tpm'],
    ['gpt-5.1-codex-mini', 'grow', '30000 rpm 180000000 tpm'],
    ['gpt-6.1-sol', 'build', '5000 rpm 1000000 tpm'],
    ['gpt-6-luna', 'grow', '30000 rpm 180000000 tpm'],
  ])('%s in %s', (model, tier, column) => {
    expect(figures({ host: 'openai', model, tier })).toBe(column);
  });
});

describe('long context', () => {
  test.each([
    [
      'gpt-4.1',
      128_000,
      '100 rpm 200000 tpm',
      '250 rpm 500000 tpm',
      '500 rpm 1000000 tpm',
      '1000 rpm 5000000 tpm',
      '4000 rpm 10000000 tpm',
    ],
    [
      'gpt-4.1-mini',
      128_000,
      '200 rpm 400000 tpm',
      '500 rpm 1000000 tpm',
      '1000 rpm 2000000 tpm',
      '2000 rpm 10000000 tpm',
      '8000 rpm 20000000 tpm',
    ],
    [
      'gpt-5.5',
      272_000,
      '200 rpm 400000 tpm',
      '500 rpm 1000000 tpm',
      '1000 rpm 2000000 tpm',
      '2000 rpm 10000000 tpm',
      '8000 rpm 20000000 tpm',
    ],
  ])('%s above %d input tokens', (model, above, ...columns) => {
    for (const [index, column] of columns.entries()) {
      for (const got of inTier(model, index, above + 1)) expect(got).toBe(column);
      expect(inTier(model, index, above)).toEqual(inTier(model, index));
    }
    const of = (inputTokens: number) => presetFor({ host: 'openai', model, inputTokens })?.context;
    expect([of(above), of(above + 1)]).toEqual(['standard', 'long']);
  });

  test('a model that has no such pool stays where it is', () => {
    expect(presetFor({ host: 'openai', model: 'gpt-4o', inputTokens: 1e6 })?.context).toBe(
      'standard',
    );
  });
});

describe('what a model is', () => {
  test.each([
    ['gpt-4o-2024-08-06', 'gpt-4o'],
    ['gpt-4-0613', 'gpt-4'],
    ['gpt-3.5-turbo-1106', 'gpt-3.5-turbo'],
    ['ft:gpt-4o-mini:org::id', 'gpt-4o-mini'],
    ['ft:gpt-4o-mini-2024-07-18:org:suffix:id', 'gpt-4o-mini'],
    ['openai/gpt-4o', 'gpt-4o'],
    ['omni-moderation-latest', 'omni-moderation'],
  ])('%s shares the limit of %s', (model, family) => {
    expect(presetFor({ host: 'openai', model, tier: 2 })).toMatchObject({ family, isGuess: false });
  });

  test.each([
    ['gpt-4o-realtime-preview', '5000 rpm 450000 tpm'], // as gpt-4o
    ['gpt-5-search', '5000 rpm 1000000 tpm'], // as gpt-5
    ['gpt-5.9', '5000 rpm 450000 tpm'], // no gpt-5: the most cautious
    ['gpt-50', '5000 rpm 450000 tpm'],
    ['', '5000 rpm 450000 tpm'],
  ])('%s is in no row: a guess, with a lane of its own', (model, column) => {
    expect(figures({ host: 'openai', model, tier: 'Build' })).toBe(column);
    expect(presetFor({ host: 'openai', model, tier: 'Build' })).toMatchObject({
      family: model,
      isGuess: true,
    });
  });
});

describe('what tier an account is in', () => {
  test('with none given, the lowest paid one that has the model', () => {
    expect(presetFor({ host: 'openai', model: 'gpt-4o' })).toMatchObject({
      tier: 'Tier 1',
      isGuess: true,
    });
    expect(presetFor({ host: 'openai', model: 'gpt-6-sol' })?.tier).toBe('Build');
  });

  test('a guess says nothing of hours and days, which no response would correct in time', () => {
    expect(figures({ host: 'openai', model: 'gpt-4o-mini' })).toBe('500 rpm 200000 tpm');
  });

  test('a tier that does not list the model: the next lower, else the lowest', () => {
    const tierOf = (tier: string) => presetFor({ host: 'openai', model: 'gpt-6-sol', tier });
    expect(tierOf('Tier 3')).toMatchObject({ tier: 'Build', isGuess: true });
    expect(tierOf('Tier 1')).toMatchObject({ tier: 'Build', isGuess: true });
    expect(tierOf('Free')).toMatchObject({ tier: 'Build', isGuess: true });
  });
});
