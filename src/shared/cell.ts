/**
 * A store for one value that several processes (*members*) share. It keeps a text under a version,
 * and knows nothing about the text. Every store that can compare and set can be a cell. Texts never
 * contain NUL.
 *
 * `read` and `write` are enough. With `ask` and `listen`, members don't compete for the write: they
 * leave notes for the member that wrote last, and that one decides for all of them.
 */
export interface Cell {
  /** Returns what the cell holds. */
  read(): Promise<Seen>;
  /**
   * Stores `write.text` if the version in the cell is `write.expected`, and then sends the messages.
   *
   * Returns `late` and stores nothing if `write.at` is more than `AHEAD_MS` ahead of the store's time or
   * more than `OLDEST_MS` behind it. If another member has written meanwhile, leaves the note
   * `write.otherwise` as `ask` does.
   */
  write(write: Write): Promise<Written>;
  /**
   * Puts a note into the inbox, where it replaces an older one by the same member, and sends it to the
   * member that wrote last. Returns `late` and stores nothing if the store's time is past `notAfter`.
   * If nobody received the note, returns what the cell holds; the note is in the inbox even so.
   */
  readonly ask?: ((note: Note, notAfter?: number) => Promise<Asked>) | undefined;
  /**
   * Adds `take.amounts` to what was taken since the last write, if no sum grows above the room that
   * this write has left, and puts `take.note` into the inbox. Otherwise leaves `take.otherwise` as `ask`
   * does. Returns `late` and does nothing if the store's time is past `take.notAfter`.
   *
   * Each take gives the text another version, so that no write overlooks one. A write that takes alone
   * have made stale ends the room, and the next write makes another one. Until then, for `OLDEST_MS` at
   * most, `take` returns `ending` and does nothing. Needs `ask`.
   */
  readonly take?: ((take: Take) => Promise<Taken | Ending | Asked>) | undefined;
  /**
   * Calls `hear` with each message to this member. Messages may be lost, late or doubled. An empty
   * message stands for one that was too long to be sent. Returns a function that ends this.
   */
  readonly listen?: ((hear: (text: string) => void) => () => void) | undefined;
  /** Whether messages to this member arrive at present. @default true */
  readonly isListening?: boolean;
  /** A message was sent to this member, and has not arrived for long: the way that it takes may be dead. */
  unheard?(): void;
}

/** Cells by name, as one member uses them. */
export interface Cells {
  /** The unique name of this process. */
  readonly member: string;
  /**
   * Opens the cell of that name. If a process opens one cell several times, `part` tells these apart:
   * messages to `member.part` go to that one. `keepMs`: how long the text must be kept after each write,
   * if that is more than a day.
   */
  open(name: string, part?: string, keepMs?: number): Cell;
  /** Ends the connections that the store has opened itself. */
  close(): Promise<void>;
}

/** How far ahead of the store's time a write may have been decided, in milliseconds. */
export const AHEAD_MS = 2;
/** How old a decision may be when it is written, in milliseconds. */
export const OLDEST_MS = 250;

/** A text that a member leaves for the member that decides next. */
export interface Note {
  /** The member that leaves it, with its part: `member.part`. */
  readonly member: string;
  /** Grows from note to note of a member. */
  readonly order: number;
  /** The content, which the store doesn't read. */
  readonly text: string;
}

/** What members may take until the next write, without a decision. */
export interface Room {
  /** The most that may be taken in all, by kind. The store doesn't know what the kinds are. */
  readonly atMost: readonly number[];
  /** The store's time after which nothing may be taken. */
  readonly until: number;
  /** For whoever takes. The store doesn't read it. */
  readonly text: string;
}

/** A request for some of the room. */
export interface Take {
  /** What is to be taken, by kind. */
  readonly amounts: readonly number[];
  /** The note to leave if there is room for it. */
  readonly note: Note;
  /** Whether `note` is sent to the member that wrote last, too. */
  readonly isSent: boolean;
  /** The note to leave and to send if there is no room. Its order is higher than that of `note`. */
  readonly otherwise: Note;
  /** The store's time after which it is too late. */
  readonly notAfter: number;
}

/** A text that is sent to one member. */
export interface Message {
  /** The member that it is for, with its part: `member.part`. */
  readonly to: string;
  /** The content, which the store doesn't read. */
  readonly text: string;
}

/** What the cell holds. All replies have the store's time, in milliseconds since the epoch. */
export interface Seen {
  /** Tells it from other replies. */
  readonly kind: 'seen';
  /** The version of the text; empty if nothing was written yet, or if the data was lost. */
  readonly version: string;
  /** The text; empty if nothing was written yet. */
  readonly text: string;
  /** The notes that no write has taken yet. */
  readonly inbox: readonly Note[];
  /** The store's time, in milliseconds since the epoch. */
  readonly now: number;
}

/** A new text for a cell. */
export interface Write {
  /** The version that the cell must have; empty for an empty cell. */
  readonly expected: string;
  /** The version of the new text. */
  readonly version: string;
  /** The new text. */
  readonly text: string;
  /** The store's time at which it was decided. */
  readonly at: number;
  /** Notes that were read. They leave the inbox; newer notes by the same members stay. */
  readonly taken: readonly Pick<Note, 'member' | 'order'>[];
  /** Messages to send once the text is stored. */
  readonly messages: readonly Message[];
  /** What may be taken until the next write. What was taken before this one counts no more. */
  readonly room?: Room | undefined;
  /** A note to leave if another member has written meanwhile. */
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

/** It was taken, and the note is in the inbox. */
export interface Taken {
  readonly kind: 'taken';
  readonly now: number;
  /** The version of the text since this take. */
  readonly version: string;
  /** What had been taken since the last write, by kind. */
  readonly before: readonly number[];
  /** The text of the room. */
  readonly text: string;
  /** Whether the note was sent, and received. */
  readonly isHeard: boolean;
}

/** Another room is about to be made. */
export type Ending = { readonly kind: 'ending'; readonly now: number };
/** The reply to a write. `seen`: the cell has another version, and nobody received `otherwise`. */
export type Written = Stored | Late | Left | Seen;
/** The reply to `ask`. `seen`: nobody received the note. */
export type Asked = Left | Late | Seen;

/** Whether a decision of the time `at` may be written at the store's time `now`. */
export function isTimely(at: number, now: number): boolean {
  return at <= now + AHEAD_MS && at >= now - OLDEST_MS;
}

/** The version of a text that was written as `version`, and taken from so often since. */
export function versionAfter(version: string, takes: number): string {
  return takes === 0 ? version : `${takes}+${version}`;
}

/** The version as it was written, whatever was taken since. */
export function writtenVersion(version: string): string {
  return version.replace(/^\d+\+/, '');
}

/** Whether a room has so much left, where `before` was taken. */
export function hasRoom(
  room: Room | undefined,
  amounts: readonly number[],
  before: readonly number[],
  now: number,
): boolean {
  if (room === undefined || now > room.until) return false;
  return amounts.every((each, i) => each + (before[i] ?? 0) <= (room.atMost[i] ?? 0));
}
