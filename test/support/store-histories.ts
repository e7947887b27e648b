import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';
import type { LaneOpening, LaneState } from '../../src/rules/lane-state.ts';
import type { LaneAnswer } from '../../src/shared/lane-answer.ts';
import { laneRules } from '../../src/shared/lane-rules.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { SharedValue } from '../../src/shared/shared-value.ts';
import type { CellStore } from '../../src/testing/index.ts';
import { Callers, histories, openings, type Step } from '../shared/lane-history.ts';
import { DistantCell, FAIR, Process, seeded, type Weather, WorldClock } from '../shared/world.ts';
import { TimedStore } from './timed-store.ts';

const MEMBERS = ['a.1', 'b.2', 'c.3'];
const LEASE_MS = 5000;
/** What is left to be done after the last step takes so long at most. */
const REST_MS = 12_000;
/** Every other history has losses of all kinds, at any time. */
const STORM: Weather = {
  ...{ latencyMs: 2, jitterMs: 5, requestsLost: 0.05, answersLost: 0.1, requestsLate: 0.05 },
  ...{ messagesLost: 0.1, messagesDoubled: 0.1, messagesLate: 0.1 },
};

interface History {
  readonly seed: number;
  readonly opening: LaneOpening;
  readonly steps: readonly Step[];
  /** A member is killed before each of these steps. */
  readonly kills: readonly number[];
  readonly isStormy: boolean;
}

const history: fc.Arbitrary<History> = fc.record({
  seed: fc.nat(),
  opening: openings,
  steps: histories,
  kills: fc.uniqueArray(fc.nat(200), { maxLength: 2 }),
  isStormy: fc.boolean(),
});

interface Played {
  /** What each member was answered and when, and the value in the end. */
  readonly lines: readonly string[];
  readonly granted: number;
  /** Writes that came after another member's. */
  readonly conflicts: number;
  /** Takes without a decision. */
  readonly takes: number;
  /** Requests without an answer. */
  readonly unanswered: number;
}

/**
 * The same histories on a store and in memory: each answer and the value are the same text.
 *
 * @param usual - so many are played, unless `HISTORIES` says otherwise
 */
export function describeHistories(
  name: string,
  start: () => Promise<CellStore>,
  usual: number,
): void {
  const runs = Number(process.env.HISTORIES ?? usual);
  describe(name, () => {
    it(
      `answers ${runs} random histories bit for bit as memory does`,
      async () => {
        let [granted, conflicts, takes, unanswered, kills] = [0, 0, 0, 0, 0];
        // Seeds are the same each time: so a run that fails is found again by its number.
        for (let run = 0; run < runs; run++) {
          const [given] = fc.sample(history, { seed: run, numRuns: 1 });
          if (given === undefined) continue;
          const inMemory = await play(given, inThisProcess());
          const inStore = await play(given, await start());
          expect(inStore.lines, `history ${run}`).toEqual(inMemory.lines);
          granted += inMemory.granted;
          conflicts += inMemory.conflicts;
          takes += inMemory.takes;
          unanswered += inMemory.unanswered;
          kills += given.kills.filter((at) => at < given.steps.length).length;
        }
        expect(granted).toBeGreaterThan(10 * runs);
        expect(conflicts).toBeGreaterThan(runs / 2);
        expect(takes).toBeGreaterThan(runs / 4);
        expect(unanswered).toBeGreaterThan(5 * runs);
        expect(kills).toBeGreaterThan(runs / 4);
      },
      runs * 60_000,
    );
  });
}

function inThisProcess(): CellStore {
  const memory = new MemoryStore(systemClock);
  let joined = 0;
  return { join: async () => memory.cellsOf(`m${joined++}`), close: async () => {} };
}

async function play(
  { seed, opening, steps, kills, isStormy }: History,
  real: CellStore,
): Promise<Played> {
  const world = new WorldClock();
  const begun = world.now();
  const store = new TimedStore(real, world);
  const random = seeded(seed);
  const callers = new Callers(opening);
  const weather = (): Weather => (isStormy ? STORM : FAIR);
  const lines: string[] = [];
  let granted = 0;
  const cells: DistantCell[] = [];
  const cast = new Map<
    string,
    { process: Process; value: SharedValue<LaneState, LaneCommand, LaneAnswer> }
  >();
  for (const name of MEMBERS) {
    const process = new Process(world, name);
    const cell = new DistantCell(await store.join(name), process, world, weather, random);
    cells.push(cell);
    const act = (answer: LaneAnswer, at: number): void => {
      lines.push(`${world.now() - begun} ${name} ${at - begun} ${JSON.stringify(answer)}`);
      if (answer.kind === 'granted') granted += 1;
      callers.hear(new Map([[name, [answer]]]));
    };
    const isOpen = (id: number) => callers.waiting(name).some((each) => each.id === id);
    const asker = { isOpen, isChargeKnown: () => true };
    const value = new SharedValue<LaneState, LaneCommand, LaneAnswer>({
      ...{ cell, rules: laneRules(opening, asker), member: name, act, leaseMs: LEASE_MS },
      ...{ clock: process, random, isWaiting: () => callers.isWaiting(name) },
      restate: () => [
        { kind: 'configure', terms: opening },
        { kind: 'ask', tickets: callers.waiting(name) },
      ],
    });
    cast.set(name, { process, value });
  }
  for (const [i, step] of steps.entries()) {
    await world.run(world.now() + Math.min(3000, Math.max(0, step.afterMs)));
    if (kills.includes(i) && cast.size > 1) {
      const [name = ''] = cast.keys();
      cast.get(name)?.process.kill();
      cast.delete(name);
      await store.kill(name);
    }
    const asks = PROTOCOLS_OWN.has(step.what) ? { ...step, what: 'ask' as const } : step;
    const sent = callers.command(asks, world.now());
    if (sent !== undefined) cast.get(sent.member)?.value.send(sent.command, step.isSo ? 0 : 100);
  }
  await world.run(world.now() + REST_MS);
  const { text } = await world.during(real.join()).then(async (cells) => {
    const seen = await cells.open('lane').read();
    await cells.close();
    return seen;
  });
  lines.push(text);
  const { conflicts, takes } = store;
  const unanswered = cells.reduce((sum, cell) => sum + cell.unanswered, 0);
  for (const { process } of cast.values()) process.kill();
  await store.close();
  return { lines, granted, conflicts, takes, unanswered };
}

/** Commands that the protocol sends by itself. */
const PROTOCOLS_OWN: ReadonlySet<LaneCommand['kind']> = new Set(['lapse', 'presence', 'leave']);
