import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmOf, liedTo, type Took } from './lied-to.ts';
import { LIES } from './lies.ts';
import { SETTINGS, type Setting } from './settings.ts';

const MINUTE = 60_000;
/** Honest answers before the lie. */
const BEFORE = [0, 3] as const;
/** Of each setting so many lies are told in a run: all of them take some minutes. */
const RUNS = 12;

const honest = new Map<string, Promise<Took[]>>();

/** The same without a lie. */
function truth(setting: Setting, before: number): Promise<Took[]> {
  const key = `${setting.name}/${before}`;
  const known = honest.get(key) ?? liedTo(setting, undefined, before);
  honest.set(key, known);
  return known;
}

describe('a lie in one response costs no later honest call more than a minute', () => {
  it.each(SETTINGS)('$name', async (setting) => {
    const told = LIES.filter(({ wire = setting.wire }) => wire === setting.wire);
    const property = fc.asyncProperty(
      fc.constantFrom(...told),
      fc.constantFrom(...BEFORE),
      async (lie, before) => {
        const took = await liedTo(setting, lie, before);
        expect(harmOf(took, await truth(setting, before))).toBeLessThanOrEqual(MINUTE);
      },
    );
    await fc.assert(property, { numRuns: RUNS });
  });
});
