import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHARGE_RULES } from '../../../src/rules/learning/charge-belief.ts';
import { chargesOf, RECORDED, type Sent, sent, World } from './charges.ts';

/** Rules that were believed beside the server's, of ten calls in flight that arrive up to three places late. */
function misreadings(world: World, calls: readonly Sent[], late: readonly number[]): number {
  let wrong = 0;
  for (let from = 0; from < calls.length; from += 10) {
    const batch = calls.slice(from, from + 10);
    const traces = batch.map((call) => world.trace(call));
    const arrival = batch.map((_, i) => i).sort((one, other) => place(one) - place(other));
    function place(i: number): number {
      return i + (late[from + i] ?? 0) + i / 100;
    }
    const shown = new Map(arrival.map((i) => [i, world.arrive(batch[i]!)]));
    world.pass(500);
    for (const i of traces.keys()) {
      world.end({ trace: traces[i]!, shown: shown.get(i)! }, batch[i]!);
      if (world.found !== undefined && world.found.at !== RECORDED.at) wrong++;
    }
  }
  return wrong;
}

describe('what a server charges', () => {
  it('is not believed at once where a reading is only near to it', () => {
    // Nobody knows what others had used before the first call.
    const used = fc.integer({ min: 50, max: 20_000 });
    fc.assert(
      fc.property(fc.constantFrom(...CHARGE_RULES), used, sent, (rule, others, call) => {
        const world = new World(rule);
        world.disturb(others);
        world.ask(call);
        const { bare, max, sum } = chargesOf(call);
        const shown = others + { bare, max, sum }[rule.at];
        // A server's tokens and the time of a call are known that exactly.
        const isExact = [bare, max, sum].some((each) => Math.abs(shown - each) <= 22);
        fc.pre(!isExact);
        expect(world.found).toBeUndefined();
      }),
    );
  });

  it('is found nevertheless, where readings are never more than near', () => {
    fc.assert(
      fc.property(fc.array(sent, { minLength: 10, maxLength: 10 }), (calls) => {
        const world = new World({ at: 'sum', isSettled: false });
        for (const call of calls) {
          world.disturb(30);
          world.ask(call);
        }
        expect(world.found?.at).toBe('sum');
      }),
    );
  });

  it('is not misread where many calls reach the server in another order', () => {
    const order = fc.array(fc.nat({ max: 3 }), { minLength: 60, maxLength: 60 });
    const many = fc.array(sent, { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(many, order, (calls, late) => {
        const world = new World(RECORDED);
        expect(misreadings(world, calls, late)).toBe(0);
      }),
    );
  });
});
