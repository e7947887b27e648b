import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChargeRule, reservedBy } from '../../../src/model/charge.ts';
import { read } from '../../../src/rules/codec.ts';
import {
  chargedInTheEnd,
  doubtCharge,
  settleCharge,
  stateCharge,
} from '../../../src/rules/learning/charge.ts';
import { CHARGE_RULES, likelyRule } from '../../../src/rules/learning/charge-belief.ts';
import { chargeLearning } from '../../../src/rules/learning/learning-codec.ts';
import { RECORDED, type Sent, sent, World } from './charges.ts';

const CAREFUL = { at: 'sum', isSettled: false } as const;
/** Calls at once, and when the server sees each. */
const atOnce = fc.array(fc.tuple(sent, fc.nat(1000)), { minLength: 3, maxLength: 30 });

/** What the answer to one of the calls shows. */
function foundAtOnce(world: World, batch: readonly (readonly [Sent, number])[], which = 0) {
  const calls = batch.map(([call, place]) => ({ call, place, trace: world.trace(call) }));
  const arrived = calls.toSorted((a, b) => a.place - b.place);
  const shown = new Map(arrived.map(({ call, trace }) => [trace, world.arrive(call)]));
  world.pass(100);
  const { call, trace } = calls[which % calls.length]!;
  world.end({ trace, shown: shown.get(trace) ?? 0 }, call);
  return world.found?.at;
}

describe('what a server charges', () => {
  it('begins with no rule, and the recorded one as the likely one', () => {
    const { learning, found } = new World(RECORDED);
    expect([found, likelyRule(learning)]).toEqual([undefined, RECORDED]);
  });

  it('is found at admission with the first call', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHARGE_RULES), sent, (rule, call) => {
        const world = new World(rule);
        world.ask(call);
        expect(world.found?.at).toBe(rule.at);
      }),
    );
  });

  it('is not read off one answer to many calls at once, which the server may have seen in another order', () => {
    // Calls of one size are the worst: many of a small charge look like one of a large one.
    const alike = fc
      .tuple(sent, fc.array(fc.nat(1000), { minLength: 3, maxLength: 30 }))
      .map(([call, places]) => places.map((place) => [call, place] as const));
    const batches = fc.oneof(atOnce, alike);
    fc.assert(
      fc.property(batches, fc.nat(100), fc.boolean(), (batch, which, isKnownBare) => {
        const world = new World(CAREFUL, isKnownBare ? RECORDED : CAREFUL);
        expect([undefined, 'sum']).toContain(foundAtOnce(world, batch, which));
      }),
      { numRuns: 1000 },
    );
  });

  it('is read off the first of them where it is what the host is known by', () => {
    fc.assert(
      fc.property(atOnce, (batch) => {
        const inOrder = batch.map(([call]) => [call, 0] as const);
        expect(foundAtOnce(new World(RECORDED, RECORDED), inOrder)).toBe('bare');
      }),
      { numRuns: 100 },
    );
  });

  it('is read off such an answer where it takes no less than is reserved', () => {
    fc.assert(
      fc.property(atOnce, (batch) => {
        const world = new World({ at: 'max', isSettled: false }, CAREFUL);
        world.reserved = 'max';
        const inOrder = batch.map(([call]) => [call, 0] as const);
        expect(foundAtOnce(world, inOrder)).toBe('max');
      }),
      { numRuns: 100 },
    );
  });

  it('is found in the first minute of a window, and not changed by what leaves it later', () => {
    const calls = fc.array(sent, { minLength: 20, maxLength: 20 });
    const left = fc.array(fc.nat(3000), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.constantFrom(...CHARGE_RULES.filter((each) => !each.isSettled)),
        calls,
        left,
        (rule, each, gone) => {
          const world = new World(rule);
          world.makeWindow();
          for (const call of each) world.ask(call);
          const { found } = world;
          expect(found?.at).toBe(rule.at);
          while (world.now < 60_000) world.pass(1000);
          for (const [index, call] of each.entries()) {
            world.pass(1000);
            world.disturb(-gone[index]!);
            world.ask(call);
            expect(world.found).toBe(found);
          }
        },
      ),
    );
  });

  it('is hinted at by the second answer to calls that were sent together', () => {
    const rules = [CAREFUL, RECORDED, { at: 'max', isSettled: false }] as const;
    fc.assert(
      fc.property(fc.constantFrom(...rules), atOnce, (rule, batch) => {
        const world = new World(rule, CAREFUL);
        const sent = batch.map(([call]) => world.send(call));
        world.pass(100);
        world.disturb(10_000);
        world.end({ ...sent[0]!, shown: sent[0]!.shown - 10_000 }, batch[0]![0]);
        world.end({ ...sent[1]!, shown: sent[1]!.shown - 10_000 }, batch[1]![0]);
        // Others use the limit, too: that is no proof.
        expect([world.found, likelyRule(world.learning)]).toEqual([undefined, rule]);
      }),
    );
  });

  it('is found though another rule takes the same of many calls', () => {
    const small = fc.record({ input: fc.integer({ min: 200, max: 400 }), output: fc.nat(100) });
    const calls = fc.array(small, { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(calls, (each) => {
        const world = new World({ at: 'bare', isSettled: false }, CAREFUL);
        for (const [index, { input, output }] of each.entries()) {
          // The host counts a little more, as if it charged the output that every other call allows.
          world.disturb(4);
          const call = { input, output, allowed: index % 2 === 0 ? 3 * input : input + 4 };
          const other = { ...call, allowed: 100 };
          const [sent, next] = [world.send(call), world.send(other)];
          world.pass(100);
          world.end(sent, call);
          world.end(next, other);
        }
        expect(world.found?.at).toBe('bare');
      }),
      { numRuns: 100 },
    );
  });

  it('is noticed within ten calls where it adds the output in the end', () => {
    fc.assert(
      fc.property(fc.array(sent, { minLength: 10, maxLength: 10 }), (calls) => {
        const world = new World({ at: 'bare', isSettled: true });
        // What is used must not all flow out between two calls.
        world.disturb(20_000);
        for (const call of calls) world.ask(call);
        expect(world.found).toEqual({ at: 'bare', isSettled: true });
      }),
    );
  });

  it('is noticed within ten calls where it becomes another one', () => {
    fc.assert(
      fc.property(fc.array(sent, { minLength: 10, maxLength: 10 }), sent, (calls, first) => {
        const world = new World({ at: 'sum', isSettled: false });
        world.ask(first);
        world.learning.rule = 0;
        for (const call of calls) world.ask(call);
        expect(world.found?.at).toBe('sum');
      }),
    );
  });

  it('is not taken for more because others use the limit too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sent, fc.integer({ min: 0, max: 9000 }))), (calls) => {
        const world = new World(RECORDED);
        world.ask({ input: 500, allowed: 2000, output: 100 });
        for (const [call, others] of calls) {
          world.disturb(others + 2 * call.allowed);
          world.ask(call);
          world.pass(60_000);
        }
        expect(world.found).toEqual(RECORDED);
      }),
    );
  });

  it('is tried to be given back where that can’t be seen, and ends with the next reading', () => {
    const world = new World({ at: 'sum', isSettled: false });
    const call = { input: 1000, allowed: 4000, output: 100 };
    const found: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      world.ask(call);
      world.pass(10_000);
      found.push(world.found?.isSettled);
    }
    expect(found).toEqual([false, false, false, true]);
    // The next ones follow each other before all has flowed out.
    for (let i = 0; i < 3; i++) world.ask(call);
    expect(world.found).toEqual({ at: 'sum', isSettled: false });
  });

  it('is what a refusal states', () => {
    const world = new World(RECORDED);
    const call = { input: 500, allowed: 4096, output: 100 };
    world.ask(call);
    const { trace } = world.send(call);
    expect(stateCharge(world.learning, trace, 777)).toBe(false);
    expect(world.found).toEqual(RECORDED);
    expect(stateCharge(world.learning, trace, 4596)).toBe(true);
    expect(world.found).toEqual({ at: 'sum', isSettled: false });
  });

  it('must be found twice in a row after a refusal that nothing explains', () => {
    const world = new World(RECORDED);
    const call = { input: 500, allowed: 4096, output: 100 };
    world.ask(call);
    doubtCharge(world.learning);
    const found: unknown[] = [world.found];
    // The first reading only shows from where to go on.
    for (let i = 0; i < 3; i++) {
      world.ask(call);
      found.push(world.found?.at);
    }
    expect(found).toEqual([undefined, undefined, undefined, 'bare']);
  });

  it('says nothing after a call of which nobody knows what it was charged', () => {
    const world = new World(RECORDED);
    const call = { input: 500, allowed: 4096, output: 100 };
    const first = world.send(call);
    const other = world.send(call);
    settleCharge(world.learning, other.trace, {}, true);
    world.end(first, call);
    expect(world.found).toBeUndefined();
  });

  it('is what the call took in the end, unless the server settles', () => {
    const call = { input: 500, allowed: 4096, output: 100 };
    const actual = { requests: 1, tokens: 600 };
    const inTheEnd = (rule: ChargeRule) => {
      const world = new World(rule);
      world.ask(call);
      return chargedInTheEnd(world.learning, world.send(call).trace, actual).tokens;
    };
    expect(inTheEnd({ at: 'bare', isSettled: false })).toBe(500);
    expect(inTheEnd({ at: 'sum', isSettled: false })).toBe(4596);
    const { learning } = new World(RECORDED);
    expect(chargedInTheEnd(learning, undefined, actual)).toBe(actual);
  });

  it('is reserved with the expected output, where it is settled', () => {
    const charges = { bare: 500, max: 4096, sum: 4596, expected: 600 };
    expect(reservedBy({ at: 'bare', isSettled: false }, charges)).toBe(500);
    expect(reservedBy({ at: 'bare', isSettled: true }, charges)).toBe(600);
    expect(reservedBy({ at: 'sum', isSettled: true }, charges)).toBe(4596);
  });

  it('is kept in a store', () => {
    const world = new World({ at: 'max', isSettled: false });
    world.ask({ input: 500, allowed: 4096, output: 100 });
    const text = JSON.stringify(chargeLearning.pack(world.learning, world.now));
    expect(read(chargeLearning, text, world.now)).toEqual(world.learning);
  });
});
