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
   * Calls `hear` with each message to this member. Messages may be lost, late or doubled. An empty
   * message stands for one that was too long to be sent. Returns a function that ends this.
   */
  readonly listen?: ((hear: (text: string) => void) => () => void) | undefined;
  /** Whether messages to this member arrive at present. @default true */
  readonly isListening?: boolean;
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

/** The reply to a write. `seen`: the cell has another version, and nobody received `otherwise`. */
export type Written = Stored | Late | Left | Seen;
/** The reply to `ask`. `seen`: nobody received the note. */
/** The reply to `ask`. `seen`: nobody received the note. */
export type Asked = Left | Late | Seen;

/** Whether a decision of the time `at` may be written at the store's time `now`. */
export function isTimely(at: number, now: number): boolean {
  return at <= now + AHEAD_MS && at >= now - OLDEST_MS;
}
