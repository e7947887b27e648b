import type { Ticket } from '../../src/rules/ticket.ts';

/** A call of key `a` that costs one request, unless `ticket` says otherwise. */
export function ticketOf(ticket: Partial<Ticket> & Pick<Ticket, 'id'>): Ticket {
  return {
    ...{ since: 0, priority: 0, key: 'a', weight: 1, deadline: undefined },
    ...{ cost: { requests: 1 }, expects: [] },
    ...ticket,
  };
}
