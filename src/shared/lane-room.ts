import { amount, type Cost, DIMENSIONS } from '../model/limits.ts';
import type { CallTaken, LaneCommand } from '../rules/commands.ts';
import type { LaneState } from '../rules/lane-state.ts';
import { roomOf } from '../rules/room.ts';
import type { GrantedCall, Ticket } from '../rules/ticket.ts';
import type { Room } from './cell.ts';
import { type LaneAnswer, newsOf } from './lane-answer.ts';
import type { Taking } from './value-rules.ts';
import { listOf } from './value-text.ts';

/** What a process knows of the calls that it asks for. */
export interface Asker {
  /** Whether the call wasn't answered yet. */
  isOpen(id: number): boolean;
  /** Whether it needn't be traced what the server charges for the next call. */
  isChargeKnown(): boolean;
}

/** What the answer to a call shows is compared with nothing. */
const UNTRACED = -1;

/** Whether the answer to the call shows what the server charges. */
export function isTraced({ charge }: GrantedCall): boolean {
  return charge !== undefined && charge.round !== UNTRACED;
}

/** What is written of a room: calls, then each dimension. */
export function packedRoom(state: LaneState, now: number): Room | undefined {
  const room = roomOf(state, now);
  if (room === undefined) return undefined;
  const { calls, cost, until } = room;
  const { recovery, members, limits } = state;
  const atMost = [calls, ...amounts(cost)].map((each) => Math.min(each, Number.MAX_VALUE));
  const known = [recovery.epoch, newsOf(state), Object.keys(members).length];
  return { atMost, until, text: JSON.stringify([...known, ...amounts(limits.taken)]) };
}

/** How the calls that a process asks for are taken; `undefined` where it has to ask for one of them. */
export function takingOf(
  asked: readonly LaneCommand[],
  asker: Asker,
  now: number,
): Taking<LaneCommand, LaneAnswer> | undefined {
  const last = asked.at(-1);
  if (last?.kind !== 'ask' || asked.some(({ kind }) => kind !== 'ask')) return undefined;
  const tickets = last.tickets.filter(({ id }) => asker.isOpen(id));
  if (tickets.length === 0 || !tickets.every((each) => mayBeTaken(each, asker))) return undefined;
  const calls = tickets.map(({ id, cost, charges }): CallTaken => ({ id, cost, charges, at: now }));
  const sums = DIMENSIONS.map((each) =>
    calls.reduce((sum, { cost }) => sum + amount(cost, each), 0),
  );
  return {
    amounts: [calls.length, ...sums],
    // The last one is about all that the others were about.
    taken: asked.map((each) => ({ kind: 'took', calls: each === last ? calls : [] })),
    answers: (text, before) => answersTo(calls, text, before),
  };
}

/** Whoever decides traces what is charged for a call: some are needed until the rule is known. */
function mayBeTaken({ refusals = 0, charges }: Ticket, asker: Asker): boolean {
  return refusals === 0 && (charges === undefined || asker.isChargeKnown());
}

function answersTo(
  calls: readonly CallTaken[],
  text: string,
  before: readonly number[],
): LaneAnswer[] {
  const known = (listOf(text) ?? []).filter((each) => typeof each === 'number');
  const [epoch = 0, news = 0, members = 1, ...base] = known;
  const taken = base.map((each, i) => each + (before[i + 1] ?? 0));
  return calls.map(({ id, cost, charges, at }): LaneAnswer => {
    for (const [i, each] of DIMENSIONS.entries()) taken[i] = (taken[i] ?? 0) + amount(cost, each);
    const sum: Cost = Object.fromEntries(DIMENSIONS.map((each, i) => [each, taken[i] ?? 0]));
    const charge = charges && { charges, used: [], round: UNTRACED };
    const call: GrantedCall = { id, cost, at, epoch, taken: sum, ...(charge && { charge }) };
    return { kind: 'granted', id, call, news, members };
  });
}

/** What was taken by commands that the value may have lost. */
export function usedWithin(pending: readonly LaneCommand[]): LaneCommand[] {
  const calls = pending.flatMap((each) => (each.kind === 'took' ? each.calls : []));
  return calls.map(({ cost }) => ({ kind: 'used', cost }));
}

function amounts(cost: Cost): number[] {
  return DIMENSIONS.map((each) => amount(cost, each));
}
