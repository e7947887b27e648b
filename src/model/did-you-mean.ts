/**
 * The end of an error about a name that nobody knows: `; did you mean 'rpm'?`, or nothing where none
 * of `known` is like it.
 *
 * @param known - a path (`limits.rpm`) is like its last name
 * @param quote - around what is meant
 */
export function didYouMean(given: unknown, known: readonly string[], quote = "'"): string {
  if (typeof given !== 'string') return '';
  const meant = closest(given, known);
  return meant === undefined ? '' : `; did you mean ${quote}${meant}${quote}?`;
}

/** The one of `known` that a name was meant to be; `undefined` where it is like none of them. */
export function closest(given: string, known: readonly string[]): string | undefined {
  const name = plain(given);
  const most = Math.min(2, Math.floor(name.length / 3));
  const edits = known.map((each) => ({ each, count: editsOf(name, plain(lastName(each)), most) }));
  const [best] = edits.filter(({ count }) => count <= most).sort((a, b) => a.count - b.count);
  return best?.each ?? known.find((each) => isPart(plain(lastName(each)), name));
}

/** `concurrency` is meant by `maxConcurrency`. Short names are parts of too many others. */
function isPart(known: string, name: string): boolean {
  return known.length >= 6 && name.includes(known);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** `Max-Queue`, `max_queue` and `maxQueue` are the same. No known name is as long as what is cut off. */
function plain(name: string): string {
  return name
    .slice(0, 50)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/**
 * How many letters have to be added, left out, replaced or swapped with the next one (the optimal
 * string alignment distance); where it is more than `most`, some number above it.
 */
function editsOf(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  const rows = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= to.length; j++) {
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1),
          isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(from.length, to.length);
}
