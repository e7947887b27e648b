import { describe, expect, it } from 'vitest';
import {
  enterFixed,
  fixedTotal,
  fixedWait,
  giveBackFixed,
  newFixedWindow,
  scaleFixed,
} from '../../../src/rules/limits/fixed-window.ts';
import { fixedWindow } from '../../../src/rules/limits/limits-codec.ts';
import { stored } from './stored.ts';

/** Ten in each second of the clock. */
function used(cost: number, now: number): ReturnType<typeof newFixedWindow> {
  const window = newFixedWindow(10, 1000);
  enterFixed(window, cost, now);
  return window;
}

describe('a fixed window', () => {
  it('lets as much through as it allows, and the rest with the next one', () => {
    const window = used(8, 2300);
    expect(fixedWait(window, 2, 0, 2300)).toBe(0);
    expect(fixedWait(window, 3, 0, 2300)).toBe(700);
    expect(fixedWait(window, 2, 1, 2300)).toBe(700);
    expect(fixedWait(window, 10, 0, 3000)).toBe(0);
  });

  it('lets a larger cost through into an empty window only', () => {
    expect(fixedWait(newFixedWindow(10, 1000), 25, 0, 2300)).toBe(0);
    expect(fixedWait(used(1, 2300), 25, 0, 2300)).toBe(700);
  });

  it('lets what costs nothing through', () => {
    expect(fixedWait(used(30, 2300), 0, 0, 2300)).toBe(0);
  });

  it('is given back what belongs to it, and nothing of an earlier one', () => {
    const window = used(8, 2300);
    giveBackFixed(window, 3, 2300, 2400);
    expect(fixedTotal(window, 2400)).toBe(5);
    enterFixed(window, 4, 3100);
    giveBackFixed(window, 3, 2300, 3100);
    expect(fixedTotal(window, 3100)).toBe(4);
    giveBackFixed(window, 30, 3100, 3100);
    expect(fixedTotal(window, 3100)).toBe(0);
  });

  it('is scaled, and read from a store as it was written', () => {
    const window = used(8, 2300);
    scaleFixed(window, 0.25, 2300);
    expect(fixedTotal(window, 2999)).toBe(2);
    expect(stored(fixedWindow, window, 2999)).toEqual(window);
  });
});
