import { expect, it } from 'vitest';
import { isNews, newSteadyShare } from '../../../src/rules/learning/steady-share.ts';

it('others’ share is told once it has lasted, and not for a reading that is off', () => {
  const share = newSteadyShare();
  expect(isNews(share, 0.25, 0)).toBe(false);
  expect(isNews(share, 0.05, 1000)).toBe(false);
  expect(isNews(share, 0.3, 6000)).toBe(false);
  expect(isNews(share, 0.4, 10_999)).toBe(false);
  expect(share.told).toBe(0);
  expect(isNews(share, 0.4, 11_000)).toBe(true);
  expect(share.told).toBe(0.4);
  expect(isNews(share, 0.5, 20_000)).toBe(false);
});
