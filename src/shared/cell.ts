/**
 * A store for one value that several processes (*members*) share. It keeps a text under a version
 * and knows nothing about it: any store that can compare and set can be a cell. Texts have no NUL.
 *
 * `read` and `write` are enough. With `ask` and `listen`, members don't compete for the write: they
 * leave notes for the member that wrote last, and that one decides for all of them.
 */
export interface Cell {
  read(): Promise<Seen>;
  /**
   * Stores `write.text` if the version in the cell is `write.expected`, and then sends the messages.
   *
   * `late`, and nothing stored, where `write.at` isn't the store's time: more than `AHEAD_MS` ahead
   * of it or more than `OLDEST_MS` behind. Where another member has written meanwhile, the note
   * `write.otherwise` is left as by `ask`.
   */
  write(write: Write): Promise<Written>;
  /**
   * Puts a note into the inbox, in the place of an older one by the same member, and sends it to the
   * member that wrote last. `late`, and nothing stored, once the store's time is past `notAfter`.
   * Returns what the cell holds if nobody received the note; the note is in the inbox all the same.
   */
  readonly ask?: ((note: Note, notAfter?: number) => Promise<Asked>) | undefined;
  /**
   * Calls `hear` with every message to this member. Messages may be lost, late or doubled; an empty
   * one says that there was one too long to be sent.
   * Returns what ends that.
   */
  readonly listen?: ((hear: (text: string) => void) => () => void) | undefined;
  /** Whether messages to this member arrive at present. @default true */
  readonly isListening?: boolean;
}

/** Cells by name, as one member uses them. */
export interface Cells {
  /** The name of this process: no other one has it. */
  readonly member: string;
  /**
   * The cell of that name. `part` tells users of it in the same process apart: messages to
   * `member.part` are its own. `keepMs`: its text is kept for so long at least after each write; a
   * day, unless that is longer.
   */
  open(name: string, part?: string, keepMs?: number): Cell;
  close(): Promise<void>;
}

/** How far ahead of the store's time a write may have been decided, in milliseconds. */
export const AHEAD_MS = 2;
/** How old a decision may be when it is written, in milliseconds. */
export const OLDEST_MS = 250;

/** What a member leaves for the next member that decides. */
export interface Note {
  readonly member: string;
  /** Grows from note to note of a member. */
  readonly order: number;
  readonly text: string;
}

export interface Message {
  readonly to: string;
  readonly text: string;
}

/** What the cell holds. All answers have the store's time, in milliseconds since the epoch. */
export interface Seen {
  readonly kind: 'seen';
  /** Empty where nothing was written yet, or all was lost. */
  readonly version: string;
  readonly text: string;
  readonly inbox: readonly Note[];
  readonly now: number;
}

export interface Write {
  readonly expected: string;
  readonly version: string;
  readonly text: string;
  /** The store's time at which it was decided. */
  readonly at: number;
  /** Notes that were read: these leave the inbox, newer ones by the same members stay. */
  readonly taken: readonly Pick<Note, 'member' | 'order'>[];
  readonly messages: readonly Message[];
  readonly otherwise?: Note | undefined;
  /** The member leaves with this write: notes aren't sent to it. */
  readonly isLast?: boolean | undefined;
}

export type Late = { readonly kind: 'late'; readonly now: number };
/** The note is in the inbox, and was sent. */
export type Left = { readonly kind: 'asked'; readonly now: number };
export type Stored = {
  readonly kind: 'written';
  readonly now: number;
  readonly inbox: readonly Note[];
};

/** `seen`: another version is in the cell, and nobody receives what was left otherwise. */
export type Written = Stored | Late | Left | Seen;
export type Asked = Left | Late | Seen;

/** Whether a decision of the time `at` may be written at the store's time `now`. */
export function isTimely(at: number, now: number): boolean {
  return at <= now + AHEAD_MS && at >= now - OLDEST_MS;
}
