import { describe, expect, it } from 'vitest';
import { newAdaptiveLimit } from '../../../src/rules/learning/adaptive-limit.ts';
import {
  countInTrial,
  lowerInTrial,
  newTrial,
  type Trial,
  verdictOf,
} from '../../../src/rules/learning/trial.ts';

const BEFORE = { estimates: [], strictness: 0, inFlight: 10, wasRefused: false } as const;

function trialOf(above: { readonly calls: number; readonly refused: number }): Trial {
  const rate = newAdaptiveLimit(1, 1, 0);
  const trial = newTrial({ ...BEFORE, estimates: [], rate }, 0);
  trial.above = { ...above };
  lowerInTrial(trial, true, 1000);
  return trial;
}

function count(trial: Trial, calls: number, refused: number, at = 1000): void {
  for (let call = 0; call < calls; call++) countInTrial(trial, at, call < refused);
}

describe('the trial of a lower rate', () => {
  it.each([
    ['open', 30, 2],
    ['refuted', 80, 4],
    ['fallen', 600, 4],
    ['fallen', 500, 0],
    ['more', 10, 5],
    ['refuted', 10, 4],
  ] as const)('is %s after %i calls, of which %i were refused', (verdict, calls, refused) => {
    const trial = trialOf({ calls: 200, refused: 10 });
    count(trial, calls, refused);
    expect(verdictOf(trial, 4, 0.45)).toBe(verdict);
  });

  it('says nothing where hardly any call was refused before', () => {
    const trial = trialOf({ calls: 200, refused: 1 });
    count(trial, 80, 4);
    expect(verdictOf(trial, 4, 0.45)).toBe('more');
  });

  it('counts no call that was let through before', () => {
    const trial = trialOf({ calls: 200, refused: 10 });
    count(trial, 80, 4, 999);
    expect(verdictOf(trial, 4, 0.45)).toBe('open');
  });
});
