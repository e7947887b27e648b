import { beforeEach, expect, it } from 'vitest';
import { Outage, stateAlone } from '../../src/lane/outage.ts';
import type { Cost } from '../../src/model/limits.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';
import { change, type Decision } from '../../src/rules/decide.ts';
import { type LaneOpening, type LaneState, newLane } from '../../src/rules/lane-state.ts';
import { levels } from '../../src/rules/limits/limit-levels.ts';
import { take } from '../../src/rules/limits/limit-waits.ts';
import { windowTotal } from '../../src/rules/limits/limit-window.ts';
import { readUse } from '../../src/rules/limits/limits-codec.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { policyOf } from '../rules/limits/policies.ts';
import { LIMIT_OPENING } from './support/limit-opening.ts';

let clock: VirtualClock;
let told: LaneCommand[];
let decided: Decision[];

beforeEach(() => {
  clock = createVirtualClock({ start: 1_700_000_000_000 });
  [told, decided] = [[], []];
});

const lane = (): LaneState => newLane(LIMIT_OPENING, clock.now());

function outageOf(share: number, used: readonly Cost[] = []): Outage {
  const outage = new Outage(lane(), share, used, clock, (command) => told.push(command));
  outage.onDecision = (decision) => decided.push(decision);
  return outage;
}

function tickets(count: number): Ticket[] {
  return Array.from({ length: count }, (_, id) => ({
    ...{ id: id + 1, since: clock.now(), priority: 0, key: '', weight: 1 },
    ...{ cost: { requests: 1 }, expects: [], deadline: undefined },
  }));
}

const grantedIn = (): Decision['granted'] => decided.flatMap(({ granted }) => granted);

/** What is left of the limits of a lane that hears a command. */
function leftAfter(command: LaneCommand): number {
  const state = lane();
  const use = 'limits' in command ? { use: readUse(command) } : {};
  change(state, [{ member: 'one', command: { ...command, ...use } }], clock.now());
  return Math.round(levels(state.limits, clock.now())[0]!.level);
}

it.each([
  [1, 100],
  [0.5, 50],
  [0.25, 25],
])('lets through its share of each limit: %d', (share, calls) => {
  outageOf(share).keeper.ask(tickets(200));
  expect(grantedIn()).toHaveLength(calls);
});

it('lets through what is left of its share after what it used that nobody had told it of', () => {
  outageOf(0.25, [{ requests: 20 }, { requests: 2 }]).keeper.ask(tickets(200));
  expect(grantedIn()).toHaveLength(3);
});

it('knows which calls it has let through, of which the store knows nothing', () => {
  const outage = outageOf(0.5);
  outage.keeper.ask(tickets(1));
  const [{ call }] = grantedIn() as [Decision['granted'][0]];
  expect(outage.has(call)).toBe(true);
  expect(outage.has({ ...call })).toBe(false);
});

it('tells nothing until the store can be reached, then all that was used, then each call', () => {
  const outage = outageOf(0.5);
  outage.keeper.ask(tickets(20));
  expect([told, outage.isReturning]).toEqual([[], false]);
  outage.returning();
  expect(outage.isReturning).toBe(true);
  expect([told.length, leftAfter(told[0]!)]).toEqual([1, 80]);
  outage.keeper.ask(tickets(2));
  const each = { kind: 'used', cost: expect.objectContaining({ requests: 1 }) };
  expect(told.slice(1)).toEqual([each, each]);
  // The store was lost again meanwhile.
  outage.returning();
  expect(told).toHaveLength(3);
});

it('counts nothing again that was used before: the store knows of it', () => {
  const state = lane();
  change(
    state,
    [{ member: 'one', command: { kind: 'used', cost: { requests: 80 } } }],
    clock.now(),
  );
  const outage = new Outage(state, 0.5, [{ requests: 4 }], clock, (command) => told.push(command));
  outage.onDecision = (decision) => decided.push(decision);
  outage.keeper.ask(tickets(100));
  expect(grantedIn()).toHaveLength(6);
  outage.returning();
  expect(leftAfter(told[0]!)).toBe(94);
  // One that has forgotten the lane doesn't know of the other four, either.
  expect(leftAfter(outage.used)).toBe(90);
});

it('gives back what a call of before has not used where the store does', () => {
  const state = lane();
  const call = {
    id: 1,
    cost: { requests: 20 },
    at: clock.now(),
    epoch: 0,
    taken: { requests: 20 },
  };
  change(state, [{ member: 'one', command: { kind: 'used', cost: call.cost } }], clock.now());
  const outage = new Outage(state, 1, [], clock, (command) => told.push(command));
  outage.onDecision = (decision) => decided.push(decision);
  outage.keeper.ask(tickets(30));
  const nothing = { actual: { requests: 0 }, wasAnswered: false, isRefused: false };
  outage.tell({ kind: 'ended', call, ...nothing });
  outage.returning();
  expect([grantedIn().length, leftAfter(told[0]!)]).toEqual([30, 70]);
});

it('says what was used and has not come back', async () => {
  const outage = outageOf(1);
  outage.keeper.ask(tickets(60));
  await clock.advance(30_000);
  expect(leftAfter(outage.used)).toBe(90);
});

it('counts what was let through lately as if it were sent half a second later: it may have been', () => {
  const opening: LaneOpening = {
    ...LIMIT_OPENING,
    start: [{ dimension: 'requests', windowMs: 2000, max: 10, source: 'given' }],
    policy: policyOf({ enforcement: 'window', burstSeconds: 2 }),
  };
  const begun = clock.now();
  const state = newLane(opening, begun);
  take(state.limits, { requests: 4 }, begun);
  take(state.limits, { requests: 3 }, begun + 1500);
  const alone = stateAlone({ state, at: begun + 1600 }, opening, begun + 1600);
  const windowAt = (of: LaneState, ms: number) =>
    windowTotal(of.limits.meters[0]!.windows[0]!, begun + ms);
  const span = alone.limits.meters[0]!.windows[0]!.spanMs;
  expect([span + 499, span + 500].map((ms) => windowAt(alone, ms))).toEqual([7, 3]);
  expect([span + 1599, span + 1600].map((ms) => windowAt(alone, ms))).toEqual([3, 0]);
});
