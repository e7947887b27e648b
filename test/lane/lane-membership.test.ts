import { beforeEach, expect, it } from 'vitest';
import { AskedCalls } from '../../src/lane/asked-calls.ts';
import { GrantedCalls } from '../../src/lane/granted-calls.ts';
import { KnownLane } from '../../src/lane/known-lane.ts';
import { LaneMembership } from '../../src/lane/lane-membership.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';
import { type LaneState, newLane } from '../../src/rules/lane-state.ts';
import type { GrantedCall, Ticket } from '../../src/rules/ticket.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { SharedStore } from '../../src/shared/shared-store.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { LIMIT_OPENING } from './support/limit-opening.ts';

const AHEAD_MS = 500;

let clock: VirtualClock;
let sent: (LaneCommand['kind'] | number)[];
let reads: number;
let closings: string[];
let asked: AskedCalls;
let known: KnownLane;
let membership: LaneMembership;
let stored: LaneState | undefined;

beforeEach(() => {
  clock = createVirtualClock({ start: 1_700_000_000_000 });
  [sent, reads, closings, stored] = [[], 0, [], undefined];
  const store = new SharedStore(new MemoryStore(clock).cellsOf('one'), clock);
  const value = {
    state: undefined,
    now: () => clock.now() + AHEAD_MS,
    member: 'p',
    read: async () => {
      reads++;
      return stored;
    },
    send: ({ kind }: LaneCommand, withinMs = 0) => void sent.push(kind, withinMs),
    close: async () => void closings.push('closed'),
  };
  known = new KnownLane(store, 'lane', value, newLane(LIMIT_OPENING, clock.now()), clock);
  asked = new AskedCalls();
  const granted = new GrantedCalls(asked, () => known.state, clock);
  membership = new LaneMembership({ value, known, asked, granted }, LIMIT_OPENING, clock);
});

const call = (id: number, epoch = 0): GrantedCall => ({
  ...{ id, cost: { requests: 1 }, at: clock.now(), epoch, taken: {} },
});
const ended = (ending: GrantedCall): LaneCommand => ({
  ...{ kind: 'ended', call: ending, actual: { requests: 1 } },
  ...{ wasAnswered: true, isRefused: false },
});

it('tells at once what others wait for, and the end of a call with what comes next', () => {
  membership.tell({ kind: 'pause', forMs: 1000 });
  membership.tell(ended(call(1)));
  expect(sent).toEqual(['pause', 0, 'ended', 500]);
});

it('tells the end of a call at once, where somebody may wait for its slot', () => {
  const terms = { ...LIMIT_OPENING, inFlight: { start: 4, most: 4 } };
  membership.tell({ kind: 'configure', terms });
  membership.tell(ended(call(1)));
  expect(sent).toEqual(['configure', 0, 'ended', 0]);
});

it('leaves when its last call has ended, after the lane was told', () => {
  const [one, other] = [call(1), call(2)];
  for (const each of [one, other]) membership.granted(each, clock.now());
  membership.leave(() => closings.push('left'));
  membership.tell(ended(one));
  expect(closings).toEqual([]);
  membership.tell(ended(other));
  expect([closings, sent]).toEqual([
    ['left', 'closed'],
    ['ended', 500, 'ended', 500],
  ]);
});

it('leaves at once where no call is in flight', () => {
  membership.leave(() => closings.push('left'));
  expect(closings).toEqual(['left', 'closed']);
});

it('says again what a store has forgotten: but while it decides alone, it asks for nothing', () => {
  const waiting: Ticket = {
    ...{ id: 7, since: 100, priority: 0, key: '', weight: 1 },
    ...{ cost: { requests: 1 }, expects: [], deadline: undefined },
  };
  asked.wait([waiting]);
  membership.granted(call(1), clock.now());
  const taken = { kind: 'took', calls: [{ id: 2, cost: { requests: 3 }, at: 0 }] } as const;
  const said = (keeper?: object): object[] =>
    membership.restated([taken], { keeper, used: undefined } as never);
  const [, recall, ...rest] = said();
  expect(recall).toMatchObject({ kind: 'recall', at: clock.now() + AHEAD_MS });
  expect(rest).toMatchObject([
    { kind: 'used', cost: { requests: 3 } },
    { kind: 'join', inFlight: 1 },
    { kind: 'ask', tickets: [{ id: 7, since: 100 + AHEAD_MS }] },
  ]);
  expect(said({}).at(-1)).toEqual({ kind: 'ask', tickets: [] });
});

it('knows the lane as it was read last: once for all that want it, and not more often than is needed', async () => {
  stored = { ...newLane(LIMIT_OPENING, clock.now()), at: 42 };
  await Promise.all([known.refresh(), known.refresh()]);
  expect([reads, known.state.at]).toEqual([1, 42]);
  await clock.advance(9999);
  known.keepFresh();
  expect(reads).toBe(1);
  await clock.advance(1);
  known.keepFresh();
  expect(reads).toBe(2);
});
