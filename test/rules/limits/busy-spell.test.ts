import { describe, expect, it } from 'vitest';
import { busySince, markBusy, newBusySpell } from '../../../src/rules/limits/busy-spell.ts';

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
