import { expect, it } from 'vitest';
import { newAdaptiveLimit } from '../../../src/rules/learning/adaptive-limit.ts';
import {
  doubtFutility,
  type Futility,
  isFutilityTested,
  newFutility,
  noteFutility,
} from '../../../src/rules/learning/futility.ts';
import type { Carelessness } from '../../../src/rules/learning/trial.ts';

const CARELESS: Carelessness = {
  ...{ estimates: [], strictness: 0, inFlight: 10, wasRefused: false },
  rate: newAdaptiveLimit(1, 1, 0),
};

/** Calls at an even pace, of which each `everyth` is refused. Returns whether cuts were found futile. */
function send(
  futility: Futility,
  { from, minutes, perMinute, every }: Record<'from' | 'minutes' | 'perMinute' | 'every', number>,
): boolean {
  for (let call = 1; call <= minutes * perMinute; call++) {
    const now = 60_000 * (from + call / perMinute);
    if (noteFutility(futility, call % every === 0, () => CARELESS, now)) {
      return true;
    }
  }
  return false;
}

it('the same share refused at a tenth of the rate shows that the rate is not the cause', () => {
  for (const every of [2, 3, 4, 10]) {
    const futility = newFutility(0);
    expect(send(futility, { from: 0, minutes: 3, perMinute: 120, every })).toBe(false);
    expect(send(futility, { from: 3, minutes: 30, perMinute: 12, every })).toBe(true);
    expect(futility.higher?.before).toBe(CARELESS);
  }
});

it('half the rate shows nothing, nor does another share of refused calls', () => {
  const half = newFutility(0);
  send(half, { from: 0, minutes: 3, perMinute: 120, every: 4 });
  expect(send(half, { from: 3, minutes: 30, perMinute: 60, every: 4 })).toBe(false);
  for (const [above, below] of [
    [2, 5],
    [5, 2],
    [20, 4],
  ] as const) {
    const futility = newFutility(0);
    send(futility, { from: 0, minutes: 3, perMinute: 120, every: above });
    expect(send(futility, { from: 3, minutes: 4, perMinute: 12, every: below })).toBe(false);
  }
});

it('where nothing passes any more, it is no chance', () => {
  const futility = newFutility(0);
  send(futility, { from: 0, minutes: 3, perMinute: 120, every: 2 });
  expect(send(futility, { from: 3, minutes: 30, perMinute: 12, every: 1 })).toBe(false);
});

it('a lower rate is under test from a quarter of what passed until half of it', () => {
  const futility = newFutility(0);
  send(futility, { from: 0, minutes: 3, perMinute: 120, every: 4 });
  expect(isFutilityTested(futility)).toBe(false);
  send(futility, { from: 3, minutes: 2, perMinute: 6, every: 6 });
  expect(isFutilityTested(futility)).toBe(true);
  send(futility, { from: 5, minutes: 2, perMinute: 90, every: 1000 });
  expect(isFutilityTested(futility)).toBe(false);
});

it('refusals of ten minutes ago are compared with nothing', () => {
  const futility = newFutility(0);
  send(futility, { from: 0, minutes: 3, perMinute: 120, every: 4 });
  expect(send(futility, { from: 14, minutes: 30, perMinute: 12, every: 4 })).toBe(false);
});

it('a verdict that was wrong asks for more refusals the next time', () => {
  const calls = (doubts: number): number => {
    const futility = newFutility(0);
    for (let i = 0; i < doubts; i++) doubtFutility(futility);
    send(futility, { from: 0, minutes: 3, perMinute: 120, every: 4 });
    let minutes = 0;
    while (!send(futility, { from: 3 + minutes, minutes: 1, perMinute: 12, every: 4 })) minutes++;
    return minutes;
  };
  expect(calls(1)).toBeGreaterThanOrEqual(calls(0) + 2);
});
