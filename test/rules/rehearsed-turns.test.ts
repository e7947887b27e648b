import { describe, expect, it } from 'vitest';
import { LOOKED_AT } from '../../src/rules/pick-next.ts';
import { RehearsedTurns } from '../../src/rules/rehearsed-turns.ts';
import { type Ticket, ticketOf } from '../../src/rules/ticket.ts';

const tickets = (count: number): Ticket[] =>
  Array.from({ length: count }, (_, id) => ticketOf(id, { tokens: 10 }, undefined));

const ids = (turns: RehearsedTurns): number[] => turns.front().map(({ id }) => id);

describe('whose turn it is in a rehearsal', () => {
  it('is the next one’s, where all are one caller’s', () => {
    const [first, ...others] = tickets(100);
    const turns = new RehearsedTurns([first!, ...others], () => undefined);
    turns.remove(first!, 10);
    expect(ids(turns).slice(0, 3)).toEqual([1, 2, 3]);
    expect(turns.size).toBe(99);
  });

  it('is each caller’s first call, then the second ones, and a caller whose call goes is next later', () => {
    const clocks = [
      { start: 0, order: 1, weight: 1 },
      { start: 5, order: 2, weight: 2 },
    ];
    const line = tickets(5);
    const turns = new RehearsedTurns(line, (index) => clocks[index % 2]);
    expect(ids(turns)).toEqual([0, 1, 2, 3, 4]);
    turns.remove(line[0]!, 10);
    expect(ids(turns)).toEqual([1, 2, 3, 4]);
    // With twice the weight, its next turn comes after half the size.
    turns.remove(line[1]!, 8);
    expect(ids(turns)).toEqual([3, 2, 4]);
  });

  it('changes no clock, and looks at no more calls than a lane does', () => {
    const clocks = Array.from({ length: 100 }, (_, order) => ({ start: 0, order, weight: 1 }));
    const line = tickets(100);
    const turns = new RehearsedTurns(line, (index) => clocks[index]);
    expect(turns.front()).toHaveLength(LOOKED_AT);
    turns.remove(line[0]!, 10);
    expect(clocks[0]).toEqual({ start: 0, order: 0, weight: 1 });
  });
});
