import type { Kept, Member, Value } from './value.ts';
import type { Next } from './value-rules.ts';
import { keptOf, listOf, packKept } from './value-text.ts';

/** What the writer tells one member: all that the value says of it. */
export interface Told<Answer> {
  readonly generation: number;
  readonly count: number;
  readonly at: number;
  readonly incarnation: number;
  /** The value knows nothing of the member in that incarnation: it has to join again. */
  readonly isOut: boolean;
  readonly order: number;
  readonly applied: number;
  readonly kept: readonly Kept<Answer>[];
  readonly isAway: boolean;
  readonly isSecond: boolean;
  readonly next: Next | undefined;
  /** How many members the value has; `undefined` where an older writer doesn't say. */
  readonly members: number | undefined;
}

/** What `value` says of a member. */
export function toldOf<Answer>(
  value: Value<unknown, Answer>,
  name: string,
  member: Member<Answer>,
): Told<Answer> {
  const { generation, count, at, next } = value;
  const { incarnation, order, applied, kept, isAway } = member;
  const own = { incarnation, isOut: false, order, applied, kept, isAway };
  const members = Object.keys(value.members).length;
  return { generation, count, at, ...own, isSecond: value.second === name, next, members };
}

export function packTold(told: Told<unknown>): string {
  const { generation, count, at, incarnation, isOut, order, applied, next, members } = told;
  const kept = packKept(told.kept, at);
  const flags = (isOut ? 1 : 0) + (told.isSecond ? 2 : 0) + (told.isAway ? 4 : 0);
  const packedNext = next ? [next.at - at, next.member] : [null, null];
  return JSON.stringify([
    ...[generation, count, at, incarnation, flags, order, applied],
    ...[kept, ...packedNext, members],
  ]);
}

/** `undefined` for what is nothing of the kind. */
export function unpackTold<Answer>(text: string): Told<Answer> | undefined {
  const list = listOf(text);
  return list && toldIn<Answer>(list);
}

function toldIn<Answer>(list: readonly unknown[]): Told<Answer> | undefined {
  const numbers = list.slice(0, 7).filter((each) => typeof each === 'number');
  const [generation = 0, count = 0, at = 0, incarnation = 0, flags = 0, order = 0, applied] =
    numbers;
  const kept = keptOf<Answer>(list[7], at);
  if (applied === undefined || kept === undefined) return undefined;
  const [inMs, member, members] = list.slice(8);
  const hasNext = typeof inMs === 'number' && typeof member === 'string';
  return {
    ...{ generation, count, at, incarnation, order, applied, kept },
    ...{ isOut: (flags & 1) > 0, isSecond: (flags & 2) > 0, isAway: (flags & 4) > 0 },
    next: hasNext ? { at: at + inMs, member } : undefined,
    members: typeof members === 'number' ? members : undefined,
  };
}
