import { expect, it } from 'vitest';
import { enterWindow, windowsOf, windowTotal } from '../../../src/rules/limits/limit-window.ts';

it('a window goes on with its history where only the network’s share of its span is another', () => {
  const [before] = windowsOf([{ max: 10, spanMs: 60_000 }], [], 0);
  enterWindow(before!, 4, 1000);
  const [minute, second] = windowsOf(
    [
      { max: 10, spanMs: 60_050 },
      { max: 1, spanMs: 1050 },
    ],
    [before!],
    0,
  );
  expect([windowTotal(minute!, 61_049), windowTotal(minute!, 61_050)]).toEqual([4, 0]);
  expect(windowTotal(second!, 1000)).toBe(0);
});
