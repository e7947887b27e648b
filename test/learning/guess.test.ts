import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusySpell } from '../../src/gate/busy-spell.ts';
import { ProvenBurst } from '../../src/gate/proven-burst.ts';
import { Concurrency } from '../../src/learning/concurrency.ts';
import { Damper } from '../../src/learning/damper.ts';
import { Guess } from '../../src/learning/guess.ts';
import { Patience } from '../../src/learning/patience.ts';
import { Throughput } from '../../src/learning/throughput.ts';

const MINUTE = 60_000;
const QUIET = { isMeasured: true, wasPaused: false, refusals: 1, isRamp: false };
const isUsed = () => true;

/** The guess after each of so many minutes of use without a refusal. */
function raised(guess: Guess, minutes: number, from = 0): number[] {
  return Array.from({ length: minutes }, (_, index) => {
    for (let call = 0; call < 50; call++) guess.answered(isUsed, from + (index + 1) * MINUTE);
    return Math.round(guess.max);
  });
}

describe('a guess', () => {
  it('is doubled each minute in which it was used, as long as nothing contradicts it', () => {
    expect(raised(new Guess(100, 0), 4)).toEqual([200, 400, 800, 1600]);
    const idle = new Guess(100, 0);
    idle.answered(() => false, 10 * MINUTE);
    expect(idle.max).toBe(100);
  });

  it('is never raised above what is published or given', () => {
    expect(raised(new Guess(100, 0, 300), 4)).toEqual([200, 300, 300, 300]);
  });

  it('is what was taken where that is less, at once', () => {
    const guess = new Guess(30_000_000, 0);
    guess.episode({ ...QUIET, now: MINUTE, taken: 30_000 });
    expect(guess.max).toBe(30_000);
  });

  it('is not believed to be less than half, for a minute with a pause in it', () => {
    const guess = new Guess(1000, 0);
    guess.episode({ ...QUIET, wasPaused: true, now: MINUTE, taken: 10 });
    expect(guess.max).toBe(500);
  });

  it('finds back quickly to four fifths of what was refused, and goes beyond it rarely', () => {
    const guess = new Guess(1000, 0);
    guess.episode({ ...QUIET, now: 0, taken: 700 });
    const minutes = raised(guess, 30);
    expect(minutes.slice(0, 9)).toEqual([770, 800, 800, 800, 800, 800, 800, 800, 800]);
    expect(minutes[9]).toBe(880);
    expect(minutes[10]).toBe(880);
  });

  it('grows by less than half in a quarter of an hour after a ramp error', () => {
    const guess = new Guess(1000, 0);
    guess.episode({ ...QUIET, isRamp: true, now: 0, taken: 1000 });
    expect(guess.max).toBe(800);
    expect(raised(guess, 15).at(-1)).toBeLessThanOrEqual(1.5 * 800);
    expect(guess.max).toBeGreaterThan(800);
  });

  it('is a positive number, whatever happens', () => {
    const event = fc.record({
      taken: fc.double({ min: 0, max: 1e9, noNaN: true }),
      isMeasured: fc.boolean(),
      wasPaused: fc.boolean(),
      isRamp: fc.boolean(),
      refusals: fc.nat(1000),
      after: fc.nat(10 * MINUTE),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const guess = new Guess(Number.POSITIVE_INFINITY, 0);
        let now = 0;
        for (const { after, ...episode } of events) {
          guess.episode({ ...episode, now });
          now += after;
          guess.answered(isUsed, now);
          expect(guess.max).toBeGreaterThanOrEqual(1);
          expect(guess.max).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }),
    );
  });
});

describe('the number of calls in flight', () => {
  const answers = (concurrency: Concurrency, count: number, now: number) => {
    for (let call = 0; call < count; call++) concurrency.answered(true, now);
  };

  it('is what was in flight and not refused; one more is tried after quiet use', () => {
    const concurrency = new Concurrency(500, 500, 0);
    concurrency.episode(20, 3, 0);
    expect(concurrency.limit).toBe(20);
    answers(concurrency, 2000, 9 * MINUTE);
    expect(concurrency.limit).toBe(20);
    answers(concurrency, 1, 10 * MINUTE);
    expect(concurrency.limit).toBe(21);
  });

  it('is doubled where it is a guess that nothing has contradicted', () => {
    const concurrency = new Concurrency(1, 100, 0);
    for (let minute = 1; minute <= 3; minute++) answers(concurrency, 10, minute * MINUTE);
    expect(concurrency.limit).toBe(8);
  });

  it('is never below one, nor above what was given', () => {
    const concurrency = new Concurrency(10, 10, 0);
    concurrency.episode(0, 9, 0);
    expect(concurrency.limit).toBe(1);
    concurrency.told(50);
    expect(concurrency.limit).toBe(10);
  });
});

describe('patience', () => {
  it('waits longer after each failure, and for as many calls as make up for it', () => {
    const patience = new Patience();
    patience.failed(4, 1);
    expect(patience.isOver(10 * MINUTE + 1)).toBe(false);
    for (let call = 0; call < 1000; call++) patience.answered();
    expect(patience.isOver(10 * MINUTE)).toBe(false);
    expect(patience.isOver(10 * MINUTE + 1)).toBe(true);
    patience.failed(0, 10 * MINUTE);
    expect(patience.isOver(29 * MINUTE)).toBe(false);
    expect(patience.isOver(30 * MINUTE)).toBe(true);
    patience.succeeded(30 * MINUTE);
    expect(patience.isOver(40 * MINUTE)).toBe(true);
  });
});

describe('a proven burst', () => {
  it('is twice what went at once and was not refused', () => {
    const burst = new ProvenBurst();
    burst.take(10, 0);
    burst.take(5, 500);
    expect(burst.most(1000)).toBe(0);
    expect(burst.most(2000)).toBe(30);
    burst.take(30, 5000);
    expect(burst.most(7000)).toBe(60);
    burst.forget();
    expect(burst.most(9000)).toBe(0);
  });
});

describe('throughput', () => {
  it('is what was let through in the last minute, less what was given back', () => {
    const throughput = new Throughput();
    throughput.add({ requests: 1, tokens: 100 }, 0);
    throughput.add({ requests: 1, tokens: 50 }, 30_000);
    throughput.correct({ requests: 1, tokens: 50 }, { requests: 1, tokens: 20 }, 30_000);
    expect(throughput.inMinute('tokens', 30_000)).toBe(120);
    expect(throughput.perMinute('tokens', 30_000)).toBe(240);
    expect(throughput.inMinute('tokens', 60_000)).toBe(20);
    expect([throughput.hasMinute(30_000), throughput.hasMinute(60_000)]).toEqual([false, true]);
  });
});

describe('a busy spell', () => {
  it('outlasts a short interruption, not a long one', () => {
    const spell = new BusySpell();
    spell.mark(0, 1000);
    spell.mark(4000, 70_000);
    expect(spell.lasting(60_000)).toBe(60_000);
    expect(spell.lasting(90_000)).toBe(0);
    spell.mark(90_000, 10);
    expect(spell.lasting(90_010)).toBe(10);
  });
});

describe('a damper', () => {
  it('lets five pass at once, and one in ten seconds', () => {
    const damper = new Damper();
    const passed = Array.from({ length: 600 }, (_, second) => damper.passes(1000 * second));
    expect(passed.slice(0, 5)).toEqual([true, true, true, true, true]);
    expect(passed.filter(Boolean).length).toBeLessThanOrEqual(65);
  });
});
