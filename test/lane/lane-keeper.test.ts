import { describe, expect, it } from 'vitest';
import { LocalKeeper } from '../../src/lane/lane-keeper.ts';
import type { Decision } from '../../src/rules/decide.ts';
import { inFlight } from '../../src/rules/lane-state.ts';
import { ended, idsOf, laneOf, tickets } from '../rules/lanes.ts';
import { FastClock } from '../support/fast-clock.ts';

function keeperOf(burst: number) {
  const clock = new FastClock();
  const keeper = new LocalKeeper(laneOf(burst), clock);
  const decisions: Decision[] = [];
  keeper.onDecision = (decision) => void decisions.push(decision);
  return { clock, keeper, decisions };
}

describe('a lane in this process’s memory', () => {
  it('is decided before `ask` returns', () => {
    const { keeper, decisions } = keeperOf(2);
    keeper.ask(tickets(3));
    expect(decisions.map(idsOf)).toEqual([[1, 2]]);
    expect(decisions[0]?.blocked).toEqual({ reason: 'requests', waitMs: 1000 });
  });

  it('is asked for what is at the front now, instead of what it was asked for before', async () => {
    const { clock, keeper, decisions } = keeperOf(1);
    keeper.ask(tickets(3));
    clock.setTimeout(() => keeper.ask(tickets(1, 7)), 1000);
    await clock.run();
    expect(decisions.map(idsOf)).toEqual([[1], [7]]);
  });

  it('lets a call go again with the number that it had', () => {
    const { keeper, decisions } = keeperOf(5);
    keeper.ask(tickets(1));
    keeper.ask(tickets(1));
    expect(decisions.map(idsOf)).toEqual([[1], [1]]);
    expect(keeper.state.members['']?.granted).toEqual([1]);
  });

  it('hears what has happened, and decides nothing by that', () => {
    const { keeper, decisions } = keeperOf(1);
    keeper.ask(tickets(2));
    const [grant] = decisions[0]?.granted ?? [];
    keeper.tell(ended(grant!, { actual: {} }));
    expect([inFlight(keeper.state), decisions.length]).toEqual([0, 1]);
    keeper.ask(tickets(1, 2));
    expect(idsOf(decisions[1]!)).toEqual([2]);
  });

  it('is known to nobody else: it is up to date, whole, and never lost', async () => {
    const { clock, keeper } = keeperOf(1);
    expect(await keeper.refresh()).toBe(keeper.state);
    expect(keeper.turns).toBe(keeper.state.turns);
    expect([keeper.now(), keeper.share, keeper.closedBy]).toEqual([clock.now(), 1, undefined]);
    expect([keeper.isLocal, keeper.isShared]).toEqual([true, false]);
  });
});
