import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAIR, type Mishap, play, type Scenario } from './scenario.ts';
import type { Weather } from './world.ts';

const RUNS = Number(process.env.MODEL_RUNS ?? 75);

const arrival = fc.record({
  member: fc.nat(4),
  at: fc.nat(3000),
  durationMs: fc.constantFrom(0, 5, 50, 400),
});

const limits = fc.record({
  capacity: fc.integer({ min: 1, max: 6 }),
  perMs: fc.constantFrom(0.005, 0.02, 0.1, 1),
  concurrency: fc.constantFrom(1, 2, 5, 100, 100),
});

const fairWeather: fc.Arbitrary<Weather> = fc
  .record({ latencyMs: fc.constantFrom(0, 1, 5, 20), jitterMs: fc.constantFrom(0, 0, 1, 5) })
  .map((given) => ({ ...FAIR, ...given }));

function mishapOf(...kinds: Mishap['kind'][]): fc.Arbitrary<Mishap> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    member: fc.nat(4),
    at: fc.nat(3500),
    forMs: fc.constantFrom(30, 120, 300, 1000, 4000),
  });
}

function scenario(mishaps: fc.Arbitrary<readonly Mishap[]>, plain = false): fc.Arbitrary<Scenario> {
  return fc.record({
    seed: fc.nat(),
    members: fc.integer({ min: 1, max: 5 }),
    limits,
    weather: fairWeather,
    arrivals: fc.array(arrival, { minLength: 1, maxLength: 60, size: 'max' }),
    mishaps,
    plain: plain ? fc.constant([0, 1, 2, 3, 4]) : fc.subarray([1, 3], { maxLength: 1 }),
  });
}

async function expectFaultless(each: Scenario): Promise<void> {
  const { faults } = await play(each);
  expect(faults).toEqual([]);
}

function check(name: string, scenarios: fc.Arbitrary<Scenario>): void {
  test(name, async () => {
    await fc.assert(fc.asyncProperty(scenarios, expectFaultless), {
      numRuns: RUNS,
      interruptAfterTimeLimit: 60_000,
    });
  });
}

describe('whatever happens, the promises of the rules are kept', () => {
  check('nothing goes wrong', scenario(fc.constant([])));
  check(
    'a process is killed',
    scenario(fc.array(mishapOf('kill'), { minLength: 1, maxLength: 2 })),
  );
  check('processes stall', scenario(fc.array(mishapOf('stall'), { minLength: 1, maxLength: 3 })));
  check(
    'requests, answers and messages are lost, late and doubled',
    scenario(fc.array(mishapOf('storm'), { minLength: 1, maxLength: 3 })),
  );
  check(
    'messages to a process stop',
    scenario(fc.array(mishapOf('deaf'), { minLength: 1, maxLength: 2 })),
  );
  check(
    'the store is emptied',
    scenario(fc.array(mishapOf('clear'), { minLength: 1, maxLength: 2 })),
  );
  check(
    'all of it',
    scenario(fc.array(mishapOf('kill', 'stall', 'storm', 'deaf', 'clear'), { maxLength: 6 })),
  );
  check(
    'a store without notes and messages',
    scenario(fc.array(mishapOf('kill', 'stall', 'storm'), { maxLength: 4 }), true),
  );
});

/** As many tickets of each, in turns, so that none is ever short of them. */
function steady(everyMs: number, each: number, members: number): Scenario['arrivals'] {
  return Array.from({ length: each * members }, (_, i) => ({
    member: i % members,
    at: Math.floor(i * everyMs),
    durationMs: 0,
  }));
}

const bound: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.nat(),
    members: fc.integer({ min: 2, max: 5 }),
    weather: fairWeather,
    capacity: fc.integer({ min: 1, max: 4 }),
    perMs: fc.constantFrom(0.02, 0.05, 0.1),
    isPlain: fc.boolean(),
  })
  .map(({ seed, members, weather: given, capacity, perMs: asked, isPlain }) => {
    // Comparing and setting alone carries some 20 transactions a second at 1 ms.
    const perMs = isPlain ? 0.01 : asked;
    const weather = isPlain ? { ...FAIR, latencyMs: 0.5 } : given;
    return {
      ...{ seed, members, weather, mishaps: [] },
      limits: { capacity, perMs, concurrency: 1000 },
      plain: isPlain ? [0, 1, 2, 3, 4] : [],
      arrivals: steady(0.8 / perMs, 12, members),
    };
  });

/** A round trip takes so long at most. */
const roundTripMs = ({ weather }: Scenario): number => 2 * (weather.latencyMs + weather.jitterMs);

describe('while nothing goes wrong', () => {
  test('who came first goes first, except for what was still on its way to the writer', async () => {
    const scenarios = scenario(fc.constant([])).map((each) => ({ ...each, plain: [] }));
    const property = fc.asyncProperty(scenarios, async (each) => {
      const { acted } = await play(each);
      const onWayMs = 4 * roundTripMs(each) + 2;
      const byDecision = [...acted].sort((one, other) => one.decidedAt - other.decidedAt);
      for (const [i, early] of byDecision.entries()) {
        for (const late of byDecision.slice(i + 1)) {
          const isAhead = late.arrivedAt + onWayMs < early.arrivedAt;
          if (isAhead && late.decidedAt > early.decidedAt) expect([late, early]).toEqual([]);
        }
      }
    });
    await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 60_000 });
  });

  test('nobody is below half of its fair share', async () => {
    const property = fc.asyncProperty(bound, async (each) => {
      const { acted } = await play(each);
      const half = acted.slice(0, Math.ceil(acted.length / 2));
      const fair = half.length / each.members;
      const shares = Array.from({ length: each.members }, (_, i) => {
        return half.filter(({ member }) => member === `p${i}`).length / fair;
      });
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5);
    });
    await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 60_000 });
  });
});

describe('when a process is killed', () => {
  /** Until its answers lapse, and until it is noticed if it was the writer. */
  const NOTICED_MS = 250 + 200;

  test('the others wait for its answers to lapse, and no longer', async () => {
    const kills = fc.record({
      scenario: bound,
      member: fc.nat(4),
      at: fc.integer({ min: 20, max: 400 }),
    });
    const property = fc.asyncProperty(kills, async ({ scenario: each, member, at }) => {
      const kill: Mishap = { kind: 'kill', member, at, forMs: 0 };
      const { acted, killed } = await play({ ...each, plain: [], mishaps: [kill] });
      const others = acted.filter(({ member: name }) => !killed.has(name));
      const gaps = others.slice(1).map(({ actedAt }, i) => actedAt - others[i]!.actedAt);
      const ownMs = each.members / each.limits.perMs;
      const mostMs = NOTICED_MS + ownMs + 4 * roundTripMs(each);
      expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(mostMs);
    });
    await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 60_000 });
  });
});
