import type { Room, Seen, Taken } from '../shared/cell.ts';

/* Rows of the table, as the statements return them. */

/**
 * As the statements read it: without an order, then with what was taken, how often, its end, and what
 * was taken before the last take.
 */
export function packRoom({ until, atMost, text }: Room): unknown[] {
  return [-1, until, atMost, text, [], 0, 0, []];
}

/** A room, as a take finds it. */
interface RoomRow {
  readonly text: string;
  /** What had been taken before the last take, by kind. */
  readonly before: readonly number[];
  readonly endingUntil: number;
}

export function roomIn(row: unknown): RoomRow {
  const room = propertyOf(row, 'room');
  const [, , , text, , , ending, sums]: unknown[] = Array.isArray(room) ? room : [];
  const before = Array.isArray(sums) ? sums.map(Number) : [];
  return { text: String(text), before, endingUntil: Number(ending ?? 0) };
}

export function takenInRow(row: unknown): Taken {
  const { text, before } = roomIn(row);
  return {
    ...{
      kind: 'taken',
      now: Number(propertyOf(row, 'now')),
      version: String(propertyOf(row, 'version')),
    },
    ...{ before, text },
    isHeard: propertyOf(row, 'asked') === true,
  };
}

export function seenInRow(row: unknown): Seen {
  const inbox = propertyOf(row, 'inbox');
  return {
    kind: 'seen',
    now: Number(propertyOf(row, 'now')),
    version: String(propertyOf(row, 'version') ?? ''),
    text: String(propertyOf(row, 'value') ?? ''),
    inbox: Object.entries(typeof inbox === 'object' && inbox !== null ? inbox : {}).flatMap(
      ([member, left]: [string, unknown]) => {
        // A room is kept as a note of nobody.
        if (!Array.isArray(left) || member === '') return [];
        return [{ member, order: Number(left[0]), text: String(left[1]) }];
      },
    ),
  };
}

export function propertyOf(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
}
