import type { Room } from './cell.ts';

/**
 * What may happen to a value that several members share. Pure: no timer, promise, clock, chance or
 * I/O. Times are the store's, in milliseconds since the epoch. Commands and answers are plain JSON.
 */
export interface Rules<State, Command, Answer> {
  /** Of what `pack` writes. Members with a lower format let others decide. */
  readonly format: number;
  initial(now: number): State;
  /** Applies commands in order, and decides what goes. May change `state` in place. */
  decide(state: State, commands: readonly Sent<Command>[], now: number): Decided<Answer>;
  /** As text, with times relative to `now`. */
  pack(state: State, now: number): string;
  /** `undefined` where `text` is no value of `format`, which may be older than this one. */
  unpack(text: string, now: number, format: number): State | undefined;
  /** The command for a member that left or wasn't heard for too long: all that it had is free. */
  leave(): Command;
  /**
   * The command for an answer that its member didn't act on, and never will. `undefined` for an
   * answer that stays true however late it is heard. `earlier`: those that lapse with it,
   * and of which `decide` is told before.
   */
  lapse(answer: Answer, earlier?: readonly Answer[]): Command | undefined;
  /**
   * The command for a member that let an answer lapse, so that nothing is given to it that it
   * wouldn't hear (`isHere` is false); and for when it is heard again.
   */
  presence(isHere: boolean): Command;
  /** What members may take by themselves until the next decision; `undefined`: they have to ask. */
  room?(state: State, now: number): Room | undefined;
  /** How a member may take all that it asks for at `now`; `undefined`: it has to ask. */
  taking?(asked: readonly Command[], now: number): Taking<Command, Answer> | undefined;
}

/** Commands that need no decision where there is room for them. */
export interface Taking<Command, Answer> {
  /** What they take in all, by kind, as in the room. */
  readonly amounts: readonly number[];
  /** Sent instead of each once that was taken. */
  readonly taken: readonly Command[];
  /** What they are answered then. `text`: of the room; `before`: what had been taken since it was made. */
  answers(text: string, before: readonly number[]): readonly Answer[];
}

export interface Sent<Command> {
  readonly member: string;
  readonly command: Command;
}

export interface Decided<Answer> {
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
  /** When something may go or end by itself, and whose. */
  readonly next?: Next | undefined;
}

export interface Next {
  readonly at: number;
  readonly member: string;
}

/**
 * All that the rules should know of a member, for a value that doesn't know it any more. `pending`:
 * what it has sent that isn't known to be applied, and is forgotten unless it is said again.
 */
export type Restate<Command> = (pending: readonly Command[]) => readonly Command[];
