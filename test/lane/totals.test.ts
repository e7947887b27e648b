import { expect, it } from 'vitest';
import { Totals } from '../../src/lane/totals.ts';
import type { Usage } from '../../src/model/usage.ts';
import { someCall } from '../rules/lanes.ts';

const usage = (inputTokens: number, outputTokens: number): Usage => {
  return { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0 };
};

it('counts calls when they are let through, and those in flight until they end', () => {
  const totals = new Totals();
  const [first, second] = [someCall(1), someCall(2)];
  totals.started(first);
  totals.started(second);
  totals.ended(first);
  expect(totals.sum).toEqual({ ...new Totals().sum, calls: 2 });
  expect([...totals.underway]).toEqual([second]);
  expect(totals.inFlight).toBe(1);
});

it('counts refusals apart from an overload', () => {
  const totals = new Totals();
  totals.refused('refused');
  totals.refused('refused');
  totals.refused('overloaded');
  expect(totals.sum).toEqual({ ...new Totals().sum, refused: 2, overloaded: 1 });
});

it('adds up what was expected and what was used, and how long it was stopped', () => {
  const totals = new Totals();
  totals.used({ inputTokens: 10, outputTokens: 5 }, usage(12, 1));
  totals.used({ inputTokens: 1, outputTokens: 2 }, usage(3, 4));
  totals.paused(500);
  totals.paused(250);
  const estimated = { inputTokens: 11, outputTokens: 7 };
  const actual = { inputTokens: 15, outputTokens: 5 };
  expect(totals.sum).toEqual({ ...new Totals().sum, estimated, actual, pausedMs: 750 });
});

it('changes no sum that was read before', () => {
  const totals = new Totals();
  const before = totals.sum;
  totals.started(someCall(1));
  expect(before).toEqual(new Totals().sum);
});
