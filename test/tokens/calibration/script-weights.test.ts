import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRandom } from '../../../src/testing/index.ts';
import { ScriptWeights } from '../../../src/tokens/calibration/script-weights.ts';
import {
  SCRIPT_COUNT,
  type TokensByScript,
} from '../../../src/tokens/tokenizer/tokens-by-script.ts';

const PRIOR = { weights: Array<number>(SCRIPT_COUNT).fill(1) };

it('rounding never undoes what is learned: 20,000 responses later, estimates are still right', () => {
  const spread = fc.constantFrom(0.02, 0.1, 0.25);
  const noise = fc.constantFrom(0, 0.002, 0.03);
  fc.assert(
    fc.property(spread, spread, noise, fc.nat(), (sharedSpread, ownSpread, off, seed) => {
      const random = createRandom(seed);
      const weights = new ScriptWeights({ ...PRIOR, sharedSpread, ownSpread });
      // Mostly one script, some of another one, and now and then of a third.
      const text = (): TokensByScript => {
        const tally = new Float64Array(SCRIPT_COUNT);
        tally[0] = 300 + 400 * random();
        tally[1] = 100 * random();
        tally[2] = random() < 0.05 ? 50 : 0;
        return tally;
      };
      for (let response = 0; response < 20_000; response++) {
        const tally = text();
        const total = tally.reduce((sum, tokens) => sum + tokens, 0);
        weights.learn(tally, 1.2 * total * (1 + off * (2 * random() - 1)));
      }
      const ratio = weights.tokens(text().fill(100)) / (100 * SCRIPT_COUNT);
      const usual = new Float64Array(SCRIPT_COUNT);
      usual.set([500, 50]);
      const known = weights.tokens(usual) / 550;
      expect(known).toBeGreaterThan(1.15);
      expect(known).toBeLessThan(1.25);
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.5);
    }),
    { numRuns: 12, seed: 1 },
  );
});
