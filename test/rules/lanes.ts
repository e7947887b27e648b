import type { LaneCommand } from '../../src/rules/commands.ts';
import { change, type Decision, decide, type Grant } from '../../src/rules/decide.ts';
import { type LaneOpening, type LaneState, newLane } from '../../src/rules/lane-state.ts';
import type { GrantedCall, Ticket } from '../../src/rules/ticket.ts';
import { policyOf } from './limits/policies.ts';
import { ticketOf } from './tickets.ts';

/** A lane of one request a second, of which `burst` may go at once, unless `opening` says otherwise. */
export function laneOf(burst: number, opening: Partial<LaneOpening> = {}): LaneState {
  const limit = { dimension: 'requests', max: 60, windowMs: 60_000, source: 'given' } as const;
  const shape = { enforcement: 'bucket', burstSeconds: burst } as const;
  const inFlight = { start: 100, most: 100 };
  const policy = { ...policyOf(shape), headroom: 0 };
  return newLane({ start: [limit], policy, inFlight, isCold: false, ...opening }, 0);
}

/** A lane that has no limits, with so many calls in flight. */
export function lanelessOf(concurrency: number, opening: Partial<LaneOpening> = {}): LaneState {
  const inFlight = { start: concurrency, most: concurrency };
  return laneOf(1, { start: [], inFlight, ...opening });
}

/** So many calls that ask to go, numbered from `from` on. */
export function tickets(count: number, from = 1): Ticket[] {
  return Array.from({ length: count }, (_, index) => ticketOf({ id: from + index }));
}

export function asked(
  state: LaneState,
  tickets: readonly Ticket[],
  now: number,
  member = 'one',
): Decision {
  return decide(state, [{ member, command: { kind: 'ask', tickets } }], now);
}

/** Has something happen to the lane. */
export function told(state: LaneState, command: LaneCommand, now: number, member = 'one'): void {
  change(state, [{ member, command }], now);
}

export function idsOf({ granted }: Pick<Decision, 'granted'>): number[] {
  return granted.map(({ ticket }) => ticket.id);
}

/** A call that some lane has let through as its so-many-eth. */
export function someCall(request: number, at = 0): GrantedCall {
  return { id: request, cost: { requests: 1 }, at, epoch: 0, taken: { requests: request } };
}

/** A call that has ended with what was reserved for it. */
export function ended(
  { call }: Pick<Grant, 'call'>,
  how: Partial<Extract<LaneCommand, { kind: 'ended' }>> = {},
): LaneCommand {
  const { cost } = call;
  return { kind: 'ended', call, actual: cost, wasAnswered: true, isRefused: false, ...how };
}
