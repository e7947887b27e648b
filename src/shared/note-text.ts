import type { Note } from './cell.ts';
import { listOf } from './value-text.ts';

/** What a member says in a note: all that it has sent and not yet heard to be applied. */
export interface Said<Command> {
  readonly member: string;
  readonly order: number;
  readonly incarnation: number;
  /** In which the member was told to be in; 0 before that. */
  readonly generation: number;
  /** The store's time at which it was written. */
  readonly at: number;
  /** The number of the first of the commands, also where there is none. */
  readonly first: number;
  readonly commands: readonly Command[];
  /** Numbers of answers that the member has acted on. */
  readonly acks: readonly number[];
  readonly isLeaving: boolean;
  /** One of the commands is to be decided about at once; the others can wait for that. */
  readonly isUrgent: boolean;
  /** The first of them has waited for long enough. */
  readonly isOverdue: boolean;
}

export function noteOf(said: Said<unknown>): Note {
  const { member, order, incarnation, generation, at, first, commands, acks } = said;
  const flags = (said.isLeaving ? 1 : 0) + (said.isUrgent ? 2 : 0) + (said.isOverdue ? 4 : 0);
  const text = [member, order, incarnation, generation, at, first, commands, acks, flags];
  return { member, order, text: JSON.stringify(text) };
}

/** `undefined` for what isn't a note. */
export function saidIn<Command>(text: string): Said<Command> | undefined {
  const list = listOf(text);
  return list && saidOf<Command>(list);
}

function saidOf<Command>([member, ...rest]: readonly unknown[]): Said<Command> | undefined {
  const numbers = rest.slice(0, 5).filter((each) => typeof each === 'number');
  const [order = 0, incarnation = 0, generation = 0, at = 0, first] = numbers;
  const [commands, acks, flags] = rest.slice(5);
  if (typeof member !== 'string' || first === undefined) return undefined;
  if (!Array.isArray(commands) || !Array.isArray(acks)) return undefined;
  const bits = typeof flags === 'number' ? flags : 0;
  const urgency = { isUrgent: (bits & 2) > 0, isOverdue: (bits & 4) > 0 };
  const kind = { isLeaving: (bits & 1) > 0, ...urgency };
  return { member, order, incarnation, generation, at, first, commands, acks, ...kind };
}
