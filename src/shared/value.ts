import type { Next } from './value-rules.ts';

/** An answer that its member hasn't acknowledged. */
export interface Kept<Answer> {
  /** Counts the answers to one member. */
  readonly number: number;
  /** When it was decided. */
  readonly at: number;
  readonly answer: Answer;
}

/** What all members know of one. */
export interface Member<Answer> {
  /** How often it has joined: what it sent before it joined again counts no more. */
  incarnation: number;
  /** How many of its commands have been applied. */
  applied: number;
  /** Of its last note that was read. */
  order: number;
  heardAt: number;
  /** How many answers it was given. */
  answered: number;
  kept: Kept<Answer>[];
  /** It let an answer lapse, and wasn't heard since. */
  isAway: boolean;
}

/** The value in a cell: the members, and the state that the rules are about. */
export interface Value<State, Answer> {
  /** When it was begun, or begun anew after the store had lost it. */
  generation: number;
  /** Writes in this generation. */
  count: number;
  at: number;
  /** Who wrote it. */
  writer: string;
  /** Who looks after the writer; empty where there is nobody else. */
  second: string;
  next: Next | undefined;
  readonly members: Record<string, Member<Answer>>;
  rules: State;
}

export function newValue<State, Answer>(rules: State, now: number): Value<State, Answer> {
  const at = now;
  const generation = Math.floor(now);
  return { generation, count: 0, at, writer: '', second: '', next: undefined, members: {}, rules };
}

export function newMember<Answer>(incarnation: number, now: number): Member<Answer> {
  const none = { applied: 0, order: 0, answered: 0 };
  return { incarnation, ...none, heardAt: now, kept: [], isAway: false };
}

/** No two writes have the same one. */
export function versionOf({ generation, count, writer }: Value<unknown, unknown>): string {
  return `${generation}.${count}.${writer}`;
}

/** How long a member may take to acknowledge an answer, in milliseconds. */
export const LAPSE_MS = 250;
