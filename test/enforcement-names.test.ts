import { describe, expect, it } from 'vitest';
import { termsFrom } from '../src/callers/terms.ts';
import { settingsFrom } from '../src/options.ts';

describe('each way to enforce a limit has a short name and a long one', () => {
  it.each([
    ['bucket', 'token-bucket'],
    ['window', 'sliding-window'],
    ['fixed', 'fixed-window'],
  ] as const)('of tiers: %s, %s', (short, long) => {
    const { shape } = termsFrom('free', { rpm: 1, strategy: short });
    expect(shape).toEqual({ enforcement: short, burstSeconds: 60 });
    expect(termsFrom('free', { rpm: 1, strategy: long })).toEqual(
      termsFrom('free', { rpm: 1, strategy: short }),
    );
  });

  it.each([
    ['bucket', 'token-bucket'],
    ['window', 'sliding-window'],
  ] as const)('of providers: %s, %s', (short, long) => {
    expect(settingsFrom({ enforcement: short }).enforcement).toBe(short);
    expect(settingsFrom({ enforcement: long }).enforcement).toBe(short);
  });

  it('refuses others, with the short ones', () => {
    const tier = () => termsFrom('free', { strategy: 'windw' as 'window' });
    expect(tier).toThrow(
      "Expected `free.strategy` to be one of 'bucket', 'window', 'fixed', got `windw` (string); did you mean 'window'?",
    );
    expect(() => settingsFrom({ enforcement: 'fixed-window' as 'window' })).toThrow(
      "to be one of 'bucket', 'window', 'slices', got `fixed-window`",
    );
  });
});
