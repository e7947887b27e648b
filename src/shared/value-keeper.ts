import {
  type Message,
  type Note,
  type Room,
  type Seen,
  type Stored,
  versionAfter,
  type Write,
  writtenVersion,
} from './cell.ts';
import { type Said, saidIn } from './note-text.ts';
import { type Turn, turn } from './turn.ts';
import { type Kept, newValue, type Value, versionOf } from './value.ts';
import type { Rules } from './value-rules.ts';
import { packValue, unpackValue } from './value-text.ts';
import { isUrgent, nextLoss } from './writer-duties.ts';

/** A decision that isn't written yet. */
export interface Draft<State, Answer> {
  readonly value: Value<State, Answer>;
  readonly expected: string;
  readonly version: string;
  readonly text: string;
  readonly at: number;
  /** Of the member's own note in it. */
  readonly order: number;
  readonly mine: readonly Kept<Answer>[];
  readonly amOut: boolean;
  readonly taken: Write['taken'];
  readonly messages: readonly Message[];
  readonly room: Room | undefined;
}

/**
 * What the cell holds, as far as one member knows, and the notes in it that nobody has decided about.
 */
export class ValueKeeper<State, Command, Answer> {
  readonly #rules: Rules<State, Command, Answer>;
  readonly #member: string;
  readonly #leaseMs: number;
  /** As it is in the cell, where this member wrote it last. */
  #value: Value<State, Answer> | undefined;
  #version = '';
  #notes = new Map<string, Said<Command>>();
  /** The store's time at which the inbox was read. */
  #lookedAt = 0;
  /** The last value that was seen, for a store that loses it. */
  #held = { text: '', isMine: false };

  constructor(rules: Rules<State, Command, Answer>, member: string, leaseMs: number) {
    this.#rules = rules;
    this.#member = member;
    this.#leaseMs = leaseMs;
  }

  /** The value, while this member is its writer. */
  get own(): Value<State, Answer> | undefined {
    return this.#value;
  }

  /**
   * Whether nobody can hold a newer value: what was lost can be written again at once. `hasHeard`: the
   * member knows that there was one.
   */
  holdsNewest(hasHeard: boolean): boolean {
    return this.#held.isMine || (this.#held.text === '' && !hasHeard);
  }

  /** Takes what the cell holds for the basis of the next draft. */
  open(seen: Seen): ReturnType<typeof unpackValue<State, Answer>> {
    this.#value = undefined;
    this.#version = seen.version;
    this.#notes.clear();
    this.#lookedAt = seen.now;
    this.#merge(seen.inbox);
    if (seen.version === '') return undefined;
    const value = unpackValue<State, Answer>(this.#rules, seen.text, seen.now);
    if (value !== undefined && !('kind' in value)) this.#held = { text: seen.text, isMine: false };
    return value;
  }

  /** A value in the place of one that was lost: as it was seen last, or a new one. */
  begin(now: number): Value<State, Answer> {
    if (this.#held.text === '') return newValue(this.#rules.initial(now), now);
    const held = this.#last(now);
    held.generation = Math.max(Math.floor(now), held.generation + 1);
    held.count = 0;
    // Nobody could be heard meanwhile.
    for (const member of Object.values(held.members)) member.heardAt = now;
    return held;
  }

  /** Decides for all. The value is changed, and nobody's until it is written. */
  draft(value: Value<State, Answer>, said: Said<Command>, now: number): Draft<State, Answer> {
    this.#value = undefined;
    const notes = [...this.#notes.values()].filter(({ member }) => member !== this.#member);
    // Stores keep them in orders of their own: who spoke first is heard first.
    notes.sort((one, other) => one.at - other.at || (one.member < other.member ? -1 : 1));
    const { generation, count } = value;
    try {
      return this.#draft(value, notes, said, now);
    } catch (error) {
      // The rules have stumbled over it half-way: they begin anew from a value that nobody has changed.
      const unchanged = (): Value<State, Answer> => ({ ...this.#last(now), generation, count });
      const readable = notes.filter((note) => this.#isReadable(unchanged(), note, said, now));
      if (readable.length === notes.length) throw error;
      const draft = this.#draft(unchanged(), readable, said, now);
      return { ...draft, taken: [...notes, said].map(({ member, order }) => ({ member, order })) };
    }
  }

  /** Whether the rules can make anything of a note: one that they can't must not stop all others. */
  #isReadable(
    value: Value<State, Answer>,
    note: Said<Command>,
    said: Said<Command>,
    now: number,
  ): boolean {
    try {
      this.#draft(value, [note], said, now);
      return true;
    } catch {
      return false;
    }
  }

  /** The last value that was seen; a new one where there was none. */
  #last(now: number): Value<State, Answer> {
    const held = unpackValue<State, Answer>(this.#rules, this.#held.text, now);
    return held === undefined || 'kind' in held ? newValue(this.#rules.initial(now), now) : held;
  }

  #draft(
    value: Value<State, Answer>,
    notes: readonly Said<Command>[],
    said: Said<Command>,
    now: number,
  ): Draft<State, Answer> {
    const basis = { me: this.#member, notes: [...notes, said], now, leaseMs: this.#leaseMs };
    const { mine, messages, amOut }: Turn<Answer> = turn(this.#rules, value, {
      ...basis,
      lookedAt: this.#lookedAt,
    });
    const text = packValue(this.#rules, value);
    const taken = [...notes, said].map(({ member, order }) => ({ member, order }));
    const written = { expected: this.#version, version: versionOf(value), text, at: value.at };
    const room = this.#rules.room?.(value.rules, value.at);
    return { value, ...written, order: said.order, mine, amOut, taken, messages, room };
  }

  /** It is written. */
  wrote(draft: Draft<State, Answer>, { now, inbox }: Stored): void {
    for (const { member, order } of draft.taken) {
      if ((this.#notes.get(member)?.order ?? 0) <= order) this.#notes.delete(member);
    }
    this.#value = draft.value;
    this.#version = draft.version;
    this.#held = { text: draft.text, isMine: true };
    this.#lookedAt = now;
    this.#merge(inbox);
  }

  /** The cell still holds what this member wrote; the inbox is as of now. */
  stillOwn(seen: Seen): boolean {
    const isOwn = writtenVersion(seen.version) === writtenVersion(this.#version);
    if (this.#value === undefined || !isOwn) return false;
    this.#version = seen.version;
    this.#lookedAt = seen.now;
    this.#merge(seen.inbox);
    return true;
  }

  /** This member has taken from the room: no take but its own is unknown here. */
  took(version: string): void {
    const [takes = ''] = version.split('+', 1);
    const before = versionAfter(writtenVersion(version), Number(takes) - 1);
    if (before === this.#version) this.#version = version;
  }

  /** Another member is the writer, and holds what is newest. */
  handOver(): void {
    this.#value = undefined;
    this.#held = { text: this.#held.text, isMine: false };
    this.#notes.clear();
  }

  /** A note, or whatever else was sent. */
  hear(text: string): void {
    const said = saidIn<Command>(text);
    if (said !== undefined) this.#add(said);
  }

  /** Whether there are notes that change anything. */
  get isAsked(): boolean {
    const value = this.#value;
    return value !== undefined && [...this.#notes.values()].some((said) => isUrgent(said, value));
  }

  /** When something is lost to a member that isn't heard, as far as is known. */
  get nextLoss(): number {
    if (this.#value === undefined) return Number.POSITIVE_INFINITY;
    return nextLoss(this.#value, this.#notes, this.#leaseMs);
  }

  /** Whether the inbox was read after that time of the store. */
  hasLookedSince(at: number): boolean {
    return this.#lookedAt > at;
  }

  #merge(inbox: readonly Note[]): void {
    for (const { text } of inbox) this.hear(text);
  }

  #add(said: Said<Command>): void {
    const older = this.#notes.get(said.member)?.order ?? 0;
    const known = this.#value?.members[said.member]?.order ?? 0;
    if (said.order > Math.max(older, known)) this.#notes.set(said.member, said);
  }
}
