import { beforeEach, expect, it } from 'vitest';
import { Outages } from '../../src/lane/outages.ts';
import type { LaneCommand } from '../../src/rules/commands.ts';
import type { Decision } from '../../src/rules/decide.ts';
import { newLane } from '../../src/rules/lane-state.ts';
import type { Ticket } from '../../src/rules/ticket.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { SharedStore } from '../../src/shared/shared-store.ts';
import type { StorePolicy } from '../../src/shared/store.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { FlakyStore } from '../support/flaky-store.ts';
import { ticketRules } from '../support/ticket-rules.ts';
import { LIMIT_OPENING } from './support/limit-opening.ts';

let clock: VirtualClock;
let flaky: FlakyStore;
let sent: LaneCommand[];
let changes: boolean[];
let decided: Decision[];

beforeEach(() => {
  clock = createVirtualClock({ start: 1_700_000_000_000 });
  flaky = new FlakyStore(new MemoryStore(clock).cellsOf('one'));
  [sent, changes, decided] = [[], [], []];
});

function outagesWhere(onStoreLost: StorePolicy): { outages: Outages; lose: () => Promise<void> } {
  const store = new SharedStore(Object.assign(flaky, { onStoreLost, instances: 4 }), clock);
  const other = store.open('other', {
    rules: ticketRules({ capacity: 1, perMs: 1, concurrency: 1 }),
    ...{ act: () => {}, restate: () => [], isWaiting: () => false },
  });
  const value = { send: (command: LaneCommand) => void sent.push(command) };
  const outages = new Outages(store, value, clock, {
    stateAlone: () => newLane(LIMIT_OPENING, clock.now()),
    unknownCosts: () => [{ requests: 5 }],
    onDecision: (decision) => decided.push(decision),
    onChange: (isLost) => changes.push(isLost),
  });
  const lose = async (): Promise<void> => {
    flaky.isDown = true;
    other.send({ kind: 'anew', waiting: [], running: [] });
    await clock.advance(1000);
  };
  return { outages, lose };
}

const tickets = (count: number): Ticket[] =>
  Array.from({ length: count }, (_, id) => ({
    ...{ id, since: clock.now(), priority: 0, key: '', weight: 1 },
    ...{ cost: { requests: 1 }, expects: [], deadline: undefined },
  }));
const granted = () => decided.flatMap((each) => each.granted);
const endOf = ({ call }: Decision['granted'][0]): LaneCommand => ({
  ...{ kind: 'ended', call, actual: {}, wasAnswered: false, isRefused: false },
});

it('has nobody decide here as long as the store answers', () => {
  const { outages } = outagesWhere('local');
  expect([outages.keeper, outages.share, outages.closedBy]).toEqual([undefined, 1, undefined]);
});

it('decides for its part of the limits, less what the lane does not know of, while the store is lost', async () => {
  const { outages, lose } = outagesWhere('local');
  await lose();
  outages.keeper?.ask(tickets(100));
  expect([changes, outages.share, granted().length]).toEqual([[true], 0.25, 20]);
});

it('lets no call go where the store was not to be done without', async () => {
  const { outages, lose } = outagesWhere('closed');
  await lose();
  expect(outages.closedBy).toMatchObject({ code: 'store_unavailable' });
});

it('keeps from the store what it knows nothing of: also once it is back', async () => {
  const { outages, lose } = outagesWhere('local');
  await lose();
  outages.keeper?.ask(tickets(1));
  const [own] = granted() as [Decision['granted'][0]];
  const used: LaneCommand = { kind: 'used', cost: { requests: 1 } };
  const isUntold = (): boolean[] =>
    [endOf(own), endOf({ ...own, call: { ...own.call } }), used].map((each) =>
      outages.isUntold(each),
    );
  expect(isUntold()).toEqual([true, false, true]);
  flaky.isDown = false;
  await clock.advance(10_000);
  expect([changes, isUntold()]).toEqual([
    [true, false],
    [true, false, false],
  ]);
  expect(sent[0]).toMatchObject({ kind: 'add' });
  expect(outages.used).toMatchObject({ kind: 'add' });
});

it('hears nothing more after it was closed', async () => {
  const { outages, lose } = outagesWhere('local');
  outages.close();
  await lose();
  expect([outages.keeper, changes]).toEqual([undefined, []]);
});
