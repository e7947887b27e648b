import { expect, it } from 'vitest';
import { newEventThrottle, passes } from '../../../src/rules/learning/event-throttle.ts';

it('five events pass at once, then one in ten seconds', () => {
  const throttle = newEventThrottle(0);
  const passed = Array.from({ length: 600 }, (_, second) => passes(throttle, 1000 * second));
  expect(passed.slice(0, 5)).toEqual([true, true, true, true, true]);
  expect(passed.filter(Boolean).length).toBeLessThanOrEqual(65);
  expect(passed.slice(-10).filter(Boolean).length).toBe(1);
});
