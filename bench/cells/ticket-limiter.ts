import { systemClock } from '../../src/clock.ts';
import { redisCells } from '../../src/redis/cell/create-cells.ts';
import { SharedValue } from '../../src/shared/shared-value.ts';
import type { TicketState } from '../../test/support/ticket-rules.ts';
import { type Ticket, type TicketCommand, ticketRules } from '../../test/support/ticket-rules.ts';
import type { OpenLimiter } from '../redis/limiters.ts';

/** Tickets of one process in the value; the rest of its queue is its own affair. */
const DEPTH = 16;
/** How long something may wait to be told that nobody waits for. */
const LATER_MS = 500;
const TIMEOUT_MS = 10_000;
const BURST_SECONDS = 0.1;

interface Waiting {
  readonly arrivedAt: number;
  readonly go: () => void;
}

/** A limit whose state is a value in Redis, decided in TypeScript. */
export const cellLimiter: OpenLimiter = async (url, perSecond) => {
  const capacity = Math.max(1, perSecond * BURST_SECONDS);
  const rules = ticketRules({ capacity, perMs: perSecond / 1000, concurrency: 1e9 });
  const cells = redisCells(url, { commandTimeoutMs: TIMEOUT_MS, connectTimeoutMs: TIMEOUT_MS });
  await cells.listening();
  const queue: Waiting[] = [];
  const asked = new Map<number, Waiting>();
  const running = new Set<number>();
  let ids = 0;
  /** Tickets since one was sent at once. */
  let unsaid = 0;
  const shared = new SharedValue<TicketState, TicketCommand, Ticket>({
    ...{
      cell: cells.open('bench'),
      rules,
      member: cells.member,
      clock: systemClock,
      leaseMs: 10_000,
    },
    act: ({ id }) => {
      const call = asked.get(id);
      asked.delete(id);
      running.add(id);
      call?.go();
      fill();
    },
    restate: () => {
      const waiting = [...asked].map(([id, { arrivedAt }]) => ({ id, at: arrivedAt }));
      return [{ kind: 'anew', waiting, running: [...running] }];
    },
    isWaiting: () => asked.size > 0,
  });
  await shared.read().catch(() => {});
  const fill = (): void => {
    while (asked.size < DEPTH) {
      const next = queue.shift();
      if (next === undefined) return;
      const id = ++ids;
      asked.set(id, next);
      // As long as the value has many, another one can wait for the next occasion.
      const withinMs = asked.size - ++unsaid > DEPTH / 2 ? LATER_MS : 0;
      if (withinMs === 0) unsaid = 0;
      shared.send({ kind: 'ask', ticket: { id, at: next.arrivedAt } }, withinMs);
    }
  };
  return {
    run: async (work) => {
      const id = await new Promise<number>((resolve) => {
        queue.push({ arrivedAt: shared.now(), go: () => resolve(ids) });
        fill();
      });
      await work();
      // Any will do: all calls are alike.
      const [first = id] = running;
      running.delete(first);
      shared.send({ kind: 'end', id: first }, LATER_MS);
    },
    close: async () => {
      await shared.close();
      await cells.close();
    },
  };
};
