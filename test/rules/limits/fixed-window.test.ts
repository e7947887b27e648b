import { describe, expect, it } from 'vitest';
import {
  enterWindow,
  giveBack,
  type LimitWindow,
  newWindow,
  scaleWindow,
  windowTotal,
  windowWait,
} from '../../../src/rules/limits/limit-window.ts';
import { limitWindow } from '../../../src/rules/limits/limits-codec.ts';
import { stored } from './stored.ts';

const TEN_A_SECOND = { max: 10, spanMs: 1000, isFixed: true };

/** Ten in each second of the clock. */
function used(cost: number, now: number): LimitWindow {
  const window = newWindow(TEN_A_SECOND);
  enterWindow(window, cost, now);
  return window;
}

describe('a fixed window', () => {
  it('lets as much through as it allows, and the rest with the next one', () => {
    const window = used(8, 2300);
    expect(windowWait(window, 2, 0, 2300)).toBe(0);
    expect(windowWait(window, 3, 0, 2300)).toBe(700);
    expect(windowWait(window, 2, 1, 2300)).toBe(700);
    expect(windowWait(window, 10, 0, 3000)).toBe(0);
  });

  it('lets a larger cost through into an empty window only', () => {
    expect(windowWait(newWindow(TEN_A_SECOND), 25, 0, 2300)).toBe(0);
    expect(windowWait(used(1, 2300), 25, 0, 2300)).toBe(700);
  });

  it('lets what costs nothing through', () => {
    expect(windowWait(used(30, 2300), 0, 0, 2300)).toBe(0);
  });

  it('is given back what belongs to it, and nothing of an earlier one', () => {
    const window = used(8, 2300);
    giveBack(window, 3, 2300, 2400);
    expect(windowTotal(window, 2400)).toBe(5);
    enterWindow(window, 4, 3100);
    giveBack(window, 3, 2300, 3100);
    expect(windowTotal(window, 3100)).toBe(4);
    giveBack(window, 30, 3100, 3100);
    expect(windowTotal(window, 3100)).toBe(0);
  });

  it('is scaled, and read from a store as it was written', () => {
    const window = used(8, 2300);
    scaleWindow(window, 0.25, 2300);
    expect(windowTotal(window, 2999)).toBe(2);
    expect(stored(limitWindow, window, 2999)).toEqual(window);
  });
});
