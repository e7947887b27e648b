import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChargeRule, type Charges, reservedBy } from '../../../src/model/charge.ts';
import { read } from '../../../src/rules/codec.ts';
import {
  chargedInTheEnd,
  doubtCharge,
  hearCharge,
  settleCharge,
  stateCharge,
  traceCharge,
} from '../../../src/rules/learning/charge.ts';
import {
  CHARGE_RULES,
  type ChargeLearning,
  chargeLearning,
  foundRule,
  likelyRule,
  newChargeLearning,
} from '../../../src/rules/learning/charge-belief.ts';
import type { ChargeTrace } from '../../../src/rules/ticket.ts';

const LIMIT = 60_000;
const RECORDED = { at: 'bare', isSettled: false } as const;

interface Sent {
  readonly input: number;
  readonly allowed: number;
  readonly output: number;
}

function chargesOf({ input, allowed, output }: Sent): Charges {
  const most = { max: Math.max(input, allowed), sum: input + allowed };
  return { bare: input, ...most, expected: input + output };
}

/** A server with a bucket of 60,000 tokens a minute, one a millisecond, and who learns its charge. */
class World {
  readonly learning: ChargeLearning;
  now = 0;
  #used = 0;
  readonly #rule: ChargeRule;

  constructor(rule: ChargeRule, recorded: ChargeRule = RECORDED) {
    this.#rule = rule;
    this.learning = newChargeLearning(recorded, 0);
  }

  get found(): ChargeRule | undefined {
    return foundRule(this.learning);
  }

  pass(ms: number): void {
    this.now += ms;
    this.#used = Math.max(0, this.#used - ms);
  }

  /** Somebody else, or nobody knows who. */
  disturb(tokens: number): void {
    this.#used += tokens;
  }

  send(sent: Sent): { trace: ChargeTrace; shown: number } {
    return { trace: this.trace(sent), shown: this.arrive(sent) };
  }

  trace(sent: Sent): ChargeTrace {
    const charges = chargesOf(sent);
    return traceCharge(this.learning, charges, { tokens: charges.bare }, this.now)!;
  }

  arrive(sent: Sent): number {
    this.#used += chargesOf(sent)[this.#rule.at];
    return LIMIT - this.#used;
  }

  end({ trace, shown }: ReturnType<World['send']>, { input, output }: Sent): void {
    const remaining = Math.floor(Math.max(0, shown));
    hearCharge(this.learning, trace, { limit: LIMIT, remaining }, this.now);
    const more = input + output - trace.charges[this.#rule.at];
    if (this.#rule.isSettled) this.#used = Math.max(0, this.#used + more);
    settleCharge(this.learning, trace, { tokens: input + output }, false);
  }

  /** A call, its answer after a tenth of a second, and as long until the next one. */
  ask(sent: Sent): void {
    const call = this.send(sent);
    this.pass(100);
    this.end(call, sent);
    this.pass(100);
  }
}

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

const sent: fc.Arbitrary<Sent> = fc
  .record({
    input: fc.integer({ min: 200, max: 1000 }),
    factor: fc.integer({ min: 2, max: 4 }),
    output: fc.integer({ min: 100, max: 300 }),
  })
  .map(({ input, factor, output }) => ({ input, allowed: input * factor, output }));

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
