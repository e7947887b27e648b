import fc from 'fast-check';
import type { ChargeRule, Charges } from '../../../src/model/charge.ts';
import { hearCharge, settleCharge, traceCharge } from '../../../src/rules/learning/charge.ts';
import {
  type ChargeLearning,
  foundRule,
  newChargeLearning,
} from '../../../src/rules/learning/charge-belief.ts';
import type { ChargeTrace } from '../../../src/rules/ticket.ts';

const LIMIT = 60_000;
export const RECORDED = { at: 'bare', isSettled: false } as const;

export interface Sent {
  readonly input: number;
  readonly allowed: number;
  readonly output: number;
}

export function chargesOf({ input, allowed, output }: Sent): Charges {
  const most = { max: Math.max(input, allowed), sum: input + allowed };
  return { bare: input, ...most, expected: input + output };
}

/** A server with a bucket of 60,000 tokens a minute, one a millisecond, and who learns its charge. */
export class World {
  readonly learning: ChargeLearning;
  /** What is reserved for a call as long as no rule is found. */
  reserved: ChargeRule['at'] = 'sum';
  now = 0;
  #used = 0;
  #inFlight = 0;
  readonly #rule: ChargeRule;

  constructor(rule: ChargeRule, recorded: ChargeRule = RECORDED) {
    this.#rule = rule;
    this.learning = newChargeLearning(recorded, 0);
  }

  get found(): ChargeRule | undefined {
    return foundRule(this.learning);
  }

  /** The limit is a window, and known to be one. */
  makeWindow(): void {
    this.learning.isWindow = true;
  }

  pass(ms: number): void {
    this.now += ms;
    if (!this.learning.isWindow) this.#used = Math.max(0, this.#used - ms);
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
    const isAlone = this.#inFlight++ === 0;
    return traceCharge(this.learning, charges, { tokens: charges.bare }, this.now, isAlone)!;
  }

  arrive(sent: Sent): number {
    this.#used += chargesOf(sent)[this.#rule.at];
    return LIMIT - this.#used;
  }

  end({ trace, shown }: ReturnType<World['send']>, { input, output }: Sent): void {
    this.#inFlight--;
    const remaining = Math.floor(Math.max(0, shown));
    const reserved = trace.charges[this.found?.at ?? this.reserved];
    hearCharge(this.learning, trace, { limit: LIMIT, remaining, reserved }, this.now);
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

export const sent: fc.Arbitrary<Sent> = fc
  .record({
    input: fc.integer({ min: 200, max: 1000 }),
    factor: fc.integer({ min: 2, max: 4 }),
    output: fc.integer({ min: 100, max: 300 }),
  })
  .map(({ input, factor, output }) => ({ input, allowed: input * factor, output }));
