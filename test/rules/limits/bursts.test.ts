import { describe, expect, it } from 'vitest';
import { busySince, markBusy, newBusySpell } from '../../../src/rules/limits/busy-spell.ts';
import {
  allowedBurst,
  forgetBursts,
  newProvenBurst,
  recordInBurst,
} from '../../../src/rules/limits/proven-burst.ts';

describe('a proven burst', () => {
  it('is twice what went at once and was not refused', () => {
    const burst = newProvenBurst();
    recordInBurst(burst, 10, 0);
    recordInBurst(burst, 5, 500);
    expect(allowedBurst(burst, 1000)).toBe(0);
    expect(allowedBurst(burst, 2000)).toBe(30);
    recordInBurst(burst, 30, 5000);
    expect(allowedBurst(burst, 7000)).toBe(60);
    forgetBursts(burst);
    expect(allowedBurst(burst, 9000)).toBe(0);
  });
});

describe('a busy spell', () => {
  it('outlasts a short interruption, not a long one', () => {
    const spell = newBusySpell();
    markBusy(spell, 1000, 0);
    markBusy(spell, 70_000, 4000);
    expect(busySince(spell, 60_000)).toBe(60_000);
    expect(busySince(spell, 90_000)).toBe(0);
    markBusy(spell, 10, 90_000);
    expect(busySince(spell, 90_010)).toBe(10);
  });
});
