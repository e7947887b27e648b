import { describe, expect, it } from 'vitest';
import {
  begin,
  countPassing,
  end,
  firstOf,
  goesFirst,
  type KeyClock,
  makeHeld,
  makeReady,
  newTurns,
  serve,
  type Turns,
} from '../../src/rules/turns.ts';

const CALL = { size: 10, weight: 1 };

/** A key that begins to wait, as the rules have it. */
function begun(turns: Turns, key: string, call = CALL): KeyClock {
  return begin(turns, key, call, firstOf(turns));
}

/** The key whose turn it is has a call of that size let through. */
function served(turns: Turns, size = 10): string {
  const first = firstOf(turns);
  const [key, clock] = Object.entries(turns.keys).find(([, each]) => each === first) ?? [];
  if (key === undefined || clock === undefined) throw new Error('Nobody waits');
  serve(turns, clock, size, true);
  return key;
}

describe('the turns of keys', () => {
  it('alternate, the one that came first before the other', () => {
    const turns = newTurns();
    begun(turns, 'a');
    begun(turns, 'b');
    expect(Array.from({ length: 5 }, () => served(turns))).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  it('are by weight, and by the size of calls', () => {
    const turns = newTurns();
    begun(turns, 'a', { size: 10, weight: 3 });
    begun(turns, 'b');
    const order = Array.from({ length: 8 }, () => served(turns)).join('');
    expect(order).toBe('abaaabaa');
    const sized = newTurns();
    begun(sized, 'large');
    begun(sized, 'small');
    const keys = Array.from({ length: 8 }, () => {
      return served(sized, firstOf(sized) === sized.keys.large ? 30 : 10);
    });
    expect(keys.filter((key) => key === 'small')).toHaveLength(6);
  });

  it('are not saved up by a key that had nothing to wait for', () => {
    const turns = newTurns();
    begun(turns, 'a');
    for (let i = 0; i < 100; i++) served(turns);
    begun(turns, 'b');
    expect(Array.from({ length: 4 }, () => served(turns)).sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('come for a new key one call of its own after the first in line at the latest', () => {
    const turns = newTurns();
    begun(turns, 'a');
    turns.virtual = 500;
    expect(begun(turns, 'b', { size: 10, weight: 2 }).start).toBe(5);
    turns.virtual = 3;
    expect(begun(turns, 'c').start).toBe(3);
  });

  it('charge a call that passes others to its own key', () => {
    const turns = newTurns();
    begun(turns, 'a');
    const b = begun(turns, 'b');
    serve(turns, b, 50, false);
    expect(turns.virtual).toBe(0);
    expect(Array.from({ length: 7 }, () => served(turns)).join('')).toBe('aaaaaab');
  });

  it('leave out a key that is held, whose share the others have meanwhile', () => {
    const turns = newTurns();
    const a = begun(turns, 'a');
    begun(turns, 'b');
    makeHeld(turns, a);
    makeHeld(turns, a);
    expect(turns.weight).toBe(1);
    expect([served(turns), served(turns)]).toEqual(['b', 'b']);
    makeReady(turns, a, CALL, firstOf(turns));
    makeReady(turns, a, CALL, firstOf(turns));
    expect(turns.weight).toBe(2);
    expect([served(turns), served(turns), served(turns)].filter((key) => key === 'a')).toHaveLength(
      2,
    );
  });

  it('are remembered of a key that leaves, until others have had as much', () => {
    const turns = newTurns();
    begun(turns, 'a');
    begun(turns, 'b');
    served(turns, 40);
    end(turns, 'a', 1);
    expect(begun(turns, 'a').start).toBe(40);
    end(turns, 'a', 1);
    for (let i = 0; i < 9; i++) served(turns);
    end(turns, 'a', 1);
    expect(Object.keys(turns.keys)).toEqual(['b']);
  });

  it('are forgotten as soon as nobody waits', () => {
    const turns = newTurns();
    begun(turns, 'a');
    served(turns);
    end(turns, 'a', 0);
    expect(turns).toEqual({ ...newTurns(), lastOrder: 1 });
  });
});

describe('within a key', () => {
  const oldest = { priority: 0, since: 1, id: 1 };
  const urgent = { priority: 1, since: 9, id: 2 };

  it('a higher priority goes first, then what came first', () => {
    const clock = begun(newTurns(), 'a');
    expect(goesFirst(clock, urgent, oldest, oldest)).toBe(true);
    expect(goesFirst(clock, oldest, { ...oldest, id: 3 }, oldest)).toBe(true);
    expect(goesFirst(clock, { ...oldest, since: 2 }, oldest, oldest)).toBe(false);
  });

  it('nine calls may pass the oldest one, and the tenth is that', () => {
    const clock = begun(newTurns(), 'a');
    for (let i = 0; i < 9; i++) {
      expect(goesFirst(clock, urgent, oldest, oldest)).toBe(true);
      countPassing(clock, urgent, oldest);
    }
    expect(goesFirst(clock, urgent, oldest, oldest)).toBe(false);
    expect(goesFirst(clock, oldest, urgent, oldest)).toBe(true);
    countPassing(clock, oldest, oldest);
    expect(clock.passing).toBe(0);
  });

  it('a call passes nobody that has its priority', () => {
    const clock = begun(newTurns(), 'a');
    countPassing(clock, { ...oldest, id: 3 }, oldest);
    expect(clock.passing).toBe(0);
  });
});
