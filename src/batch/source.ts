import { expected } from '../validate.ts';

/** Items to go through, as few at a time as are asked for. */
export interface Source<Item> {
  /** How many there are; `undefined` where nobody can tell before the end. */
  readonly total: number | undefined;
  next(): IteratorResult<Item, unknown> | PromiseLike<IteratorResult<Item, unknown>>;
  /** Nothing more is asked for. What that fails with is nobody's business. */
  close(): void;
}

/** @throws TypeError for what can't be iterated */
export function sourceOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): Source<Item> {
  const iterator = iteratorOf(items);
  return {
    total: totalOf(items),
    next: () => iterator.next(),
    close: () => void closed(iterator),
  };
}

function iteratorOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
): Iterator<Item, unknown> | AsyncIterator<Item, unknown> {
  const isObject = typeof items === 'object' && items !== null;
  if (isObject && Symbol.asyncIterator in items) return items[Symbol.asyncIterator]();
  if (isObject && Symbol.iterator in items) return items[Symbol.iterator]();
  throw expected('items', 'an iterable or an async iterable', items);
}

function totalOf(items: object): number | undefined {
  if (Array.isArray(items)) return items.length;
  return items instanceof Set || items instanceof Map ? items.size : undefined;
}

/** An iterator that is busy ends when it can: nobody waits for that. */
async function closed(iterator: Pick<AsyncIterator<unknown>, 'return'> | Iterator<unknown>) {
  try {
    await iterator.return?.();
  } catch {
    // Its user has given it up.
  }
}
