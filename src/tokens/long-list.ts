import { field, lengthOf } from '../model/json.ts';
import { Mark } from './mark.ts';
import { extrapolated, type Part } from './part.ts';

/** As many messages as Anthropic takes in one request, and more than any other API. */
const MAX_READ = 100_000;

/** The parts of a list's elements. A longer list than any API takes is taken to go on as it began. */
export function* longList(
  list: unknown,
  partsOf: (element: unknown, isLast: boolean) => Iterable<Part>,
): Generator<Part> {
  const length = lengthOf(list);
  const read = Math.min(length, MAX_READ);
  const start = read < length ? new Mark() : undefined;
  if (start !== undefined) yield start;
  for (let index = 0; index < read; index += 1) {
    yield* partsOf(field(list, index), index === length - 1);
  }
  if (start !== undefined) yield* extrapolated(start, read / length);
}
