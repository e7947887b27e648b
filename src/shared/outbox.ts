import type { Note } from './cell.ts';
import { noteOf, type Said } from './note-text.ts';
import type { Told } from './told-text.ts';

/** What the value says of a member, as far as its outbox is concerned. */
export type MemberProgress = Pick<
  Told<unknown>,
  'generation' | 'incarnation' | 'isOut' | 'order' | 'applied'
>;

/** Commands with their numbers. */
interface Asked<Command> {
  readonly numbers: readonly number[];
  readonly commands: readonly Command[];
}

/** So long the writer needn't know what was taken, in milliseconds. */
export const UNTOLD_MS = 500;
/** But it is told where there is so much to say: all of it is part of each note. */
const MOST_UNTOLD = 64;

const NOTHING_TAKEN = { number: 0, at: 0 };

/**
 * The commands of one member. Each has a number and is part of every note until it is known to be
 * applied, so that a lost note, or a lost answer to one, loses nothing and doubles nothing.
 */
export class Outbox<Command> {
  readonly #member: string;
  #incarnation = 1;
  /** In which the member was told to be in; 0 before that. */
  #generation = 0;
  #order = 0;
  /** The number of the first that is pending. */
  #first = 1;
  #pending: Command[] = [];
  /** Of those that are to be decided about at once. */
  #urgents: number[] = [];
  /** Of the first that was taken, and since when the writer doesn't know. */
  #taken = NOTHING_TAKEN;
  /** Of answers; with the first note that told it, once it did. */
  #acks: { readonly number: number; readonly order: number }[] = [];
  isLeaving = false;

  constructor(member: string) {
    this.#member = member;
  }

  /** How often the member has joined. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** The number of the last command that is to be decided about at once; 0: none is. */
  get urgent(): number {
    return this.#urgents.at(-1) ?? 0;
  }

  push(command: Command, isUrgent: boolean): void {
    this.#pending.push(command);
    if (isUrgent) this.#urgents.push(this.#last);
  }

  /** The commands that are to be decided about at once. */
  get asked(): Asked<Command> {
    const numbers = [...this.#urgents];
    return { numbers, commands: numbers.map((number) => this.#pending[number - this.#first]!) };
  }

  /** What the commands of these numbers asked for was taken from the room at `at`: `taken` says so. */
  took(numbers: readonly number[], taken: readonly Command[], at: number): void {
    this.#replace(this.#pending, numbers, taken);
    this.#urgents = this.#urgents.filter((each) => !numbers.includes(each));
    const [number = 0] = numbers;
    if (!this.#isUntold) this.#taken = { number, at };
  }

  #replace(commands: Command[], numbers: readonly number[], by: readonly Command[]): void {
    for (const [i, number] of numbers.entries()) {
      const command = by[i];
      if (command !== undefined && number >= this.#first) commands[number - this.#first] = command;
    }
  }

  /** Whether the writer doesn't know for long of something that was taken. */
  isOverdue(now: number): boolean {
    if (!this.#isUntold) return false;
    return now >= this.#taken.at + UNTOLD_MS || this.#pending.length > MOST_UNTOLD;
  }

  get #isUntold(): boolean {
    return this.#taken.number >= this.#first;
  }

  get #last(): number {
    return this.#first + this.#pending.length - 1;
  }

  /** What there is to say, as the next note. `acks`: what only this note acknowledges. */
  said(at: number, acks: readonly number[] = [], instead?: readonly Command[]): Said<Command> {
    const commands = [...this.#pending];
    this.#replace(commands, this.#urgents, instead ?? []);
    const known = this.#acks.map(({ number }) => number);
    return {
      ...{ member: this.#member, order: ++this.#order, incarnation: this.#incarnation },
      ...{ generation: this.#generation, at, first: this.#first, commands },
      ...{ acks: [...known, ...acks], isLeaving: this.isLeaving },
      isUrgent: this.urgent > 0 && instead === undefined,
      isOverdue: this.isOverdue(at),
    };
  }

  /** `instead`: in the place of those that are to be decided about at once. */
  note(at: number, acks?: readonly number[], instead?: readonly Command[]): Note {
    return noteOf(this.said(at, acks, instead));
  }

  /** The note `order` has told of these answers, so that nobody can take them back. */
  acknowledged(acks: readonly number[], order: number): void {
    this.#acks.push(...acks.map((number) => ({ number, order })));
  }

  /** Whether the value knows another member by this name, or none: then it has to join anew. */
  isStranger({ generation, incarnation, isOut }: MemberProgress): boolean {
    if (isOut) return incarnation === this.#incarnation;
    return this.#generation > 0 && generation !== this.#generation;
  }

  /** The value says so. Whether that is about this incarnation. */
  progress({ generation, incarnation, order, applied }: MemberProgress): boolean {
    if (incarnation !== this.#incarnation) return false;
    this.#generation = generation;
    this.#acks = this.#acks.filter((each) => each.order > order);
    const done = applied + 1 - this.#first;
    if (done > 0) {
      this.#pending.splice(0, done);
      this.#first = applied + 1;
      this.#urgents = this.#urgents.filter((number) => number > applied);
    }
    return true;
  }

  /** Begins anew, with commands that say all that was said before. */
  rejoin(commands: readonly Command[]): void {
    this.#incarnation += 1;
    this.#generation = 0;
    this.#first = 1;
    this.#pending = [...commands];
    this.#urgents = commands.map((_, i) => i + 1);
    this.#taken = NOTHING_TAKEN;
    this.#acks = [];
  }

  /** Commands that aren't known to be applied. */
  get pending(): readonly Command[] {
    return this.#pending;
  }

  /** Whether the value ought to know this member. */
  get wasIn(): boolean {
    return this.#generation > 0;
  }
}
