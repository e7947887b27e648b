import { type Note, type Seen, writtenVersion } from './cell.ts';
import type { Kept } from './value.ts';

/** An operation whose answer is lost: it may have been done, and may still be. */
export interface Doubt<Answer> {
  /** Of a write; `undefined` for a note. */
  readonly version: string | undefined;
  /** The version that a write was to replace. */
  readonly expected: string;
  /** Of the member's note in it. */
  readonly order: number;
  /** After this time of the store it can't be done any more. */
  readonly until: number;
  /** What the member may act on if it was done. */
  readonly answers: readonly Kept<Answer>[];
  /** Of a take, which is undone if it was done. */
  readonly undo?: (() => void) | undefined;
}

/**
 * What became of it, by what the cell holds now; `undefined` while it may still be done. `read`: the
 * order of the member's last note that the value knows.
 */
export function wasDone(
  doubt: Doubt<unknown>,
  seen: Seen,
  member: string,
  read: number,
): boolean | undefined {
  const { version, expected, order, until } = doubt;
  const isOwn = (note: Note): boolean => note.member === member && note.order >= order;
  const left = seen.inbox.find(isOwn)?.order ?? read;
  const isOver = seen.now > until;
  // The note that is left where there was no room is the next one.
  if (doubt.undo !== undefined && left >= order) return left === order;
  const isRead = left >= order;
  const [isDone, isNot] =
    version !== undefined
      ? // No other write reads that note: the note to be left otherwise has another order.
        [writtenVersion(seen.version) === version || read === order, seen.version !== expected]
      : [isRead || until === Number.POSITIVE_INFINITY, false];
  if (isDone) return true;
  return isNot || isOver ? false : undefined;
}
