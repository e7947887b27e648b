import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Cells } from '../../src/shared/cell.ts';
import type { CellStore } from '../../src/testing/index.ts';
import { type Acted, TicketMember } from './ticket-member.ts';
import { type TicketLimits, ticketRules } from './ticket-rules.ts';

const LIMITS: TicketLimits = { capacity: 5, perMs: 0.2, concurrency: 1000 };
const MEMBERS = 4;
const TICKETS = 30;

/** Several members of one value, on a real store and in real time. */
export function describeSharedValue(name: string, start: () => Promise<CellStore>): void {
  describe(name, () => {
    const play = async (midway: (store: CellStore, members: Member[]) => unknown = () => {}) => {
      const store = await start();
      const acted: Acted[] = [];
      const members: Member[] = [];
      for (let i = 0; i < MEMBERS; i++) {
        const cells = await store.join();
        members.push({ cells, ticket: memberOf(cells, acted) });
      }
      for (const { ticket } of members) await ticket.shared.read().catch(() => {});
      for (let id = 0; id < MEMBERS * TICKETS; id++) members[id % MEMBERS]?.ticket.ask(id, 0);
      await until(() => acted.length >= TICKETS);
      await midway(store, members);
      await until(() => members.every(({ ticket }) => ticket.waiting.size === 0));
      const errors = members.flatMap(({ ticket }) => ticket.errors);
      for (const { ticket, cells } of members) {
        await ticket.shared.close();
        await cells.close();
      }
      await store.close();
      return { acted, errors };
    };

    test('each of their calls goes once, and no more of them than the bucket lets through', async () => {
      const { acted, errors } = await play();
      expect(errors).toEqual([]);
      expect(acted.map(({ id }) => id).sort((a, b) => a - b)).toEqual([
        ...Array(MEMBERS * TICKETS).keys(),
      ]);
      const times = acted.map(({ decidedAt }) => decidedAt).sort((a, b) => a - b);
      for (const [i, from] of times.entries()) {
        for (const [j, to] of times.entries()) {
          if (j < i) continue;
          expect(j - i + 1).toBeLessThanOrEqual(
            LIMITS.capacity + LIMITS.perMs * (to - from) + 0.01,
          );
        }
      }
    });

    test('all go also when the store forgets everything', async () => {
      const { acted, errors } = await play((store) => store.clear!());
      expect(errors).toEqual([]);
      expect(new Set(acted.map(({ id }) => id)).size).toBe(MEMBERS * TICKETS);
    });

    test('all go also when the server is restarted', async () => {
      const { acted, errors } = await play((store) => store.restart!());
      expect(errors).toEqual([]);
      expect(new Set(acted.map(({ id }) => id)).size).toBe(MEMBERS * TICKETS);
    });
  });
}

interface Member {
  readonly cells: Cells;
  readonly ticket: TicketMember;
}

function memberOf(cells: Cells, acted: Acted[]): TicketMember {
  return new TicketMember({
    cell: cells.open('lane'),
    rules: ticketRules(LIMITS),
    member: cells.member,
    clock: systemClock,
    onAct: (each) => void acted.push(each),
  });
}

async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
}
