import { expect, it } from 'vitest';
import {
  correctUse,
  newWindowUse,
  othersInWindow,
  recordReading,
  recordUse,
} from '../../../src/rules/limits/window-use.ts';

it('what was recorded and not charged is nobody else’s use', () => {
  const use = newWindowUse();
  recordUse(use, 300, 1000);
  recordUse(use, 300, 5000);
  const reading = { limit: 1000, remaining: 500, sentAt: 5000, takenSince: 0 };
  correctUse(use, -200, 1000);
  recordReading(use, reading, 6000);
  expect(othersInWindow(use, 6000)).toBeCloseTo(0.1);
});

it('what is too old to be recorded is not corrected', () => {
  const use = newWindowUse();
  recordUse(use, 300, 5000);
  correctUse(use, -300, 1000);
  correctUse(use, -400, 5000);
  recordReading(use, { limit: 1000, remaining: 800, sentAt: 5000, takenSince: 0 }, 6000);
  expect(othersInWindow(use, 6000)).toBeCloseTo(0.2);
});
