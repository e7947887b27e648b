/**
 * The end of an error about a name that nobody knows: `; did you mean 'rpm'?`, or nothing where none
 * of `known` is like it.
 *
 * @param known - a place (`limits.rpm`, `runAs({ key }, …)`) is like its last name
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

/** Of a place, its last name; a name of several words (`Tier 1`) is no place. */
function lastName(place: string): string {
  if (/^[\w -]+$/.test(place)) return place;
  return /\w+(?=\W*$)/.exec(place)?.[0] ?? '';
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
 * string alignment distance); where it is more than `most`, which is small, `most + 1`.
 */
function editsOf(from: string, to: string, most: number): number {
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  const [one, other] = [from.slice(same), to.slice(same)];
  if (one === other) return 0;
  if (most === 0) return 1;
  const isSwapped = one[0] === other[1] && one[1] === other[0];
  const ways = [[1, 0], [0, 1], [1, 1], ...(isSwapped ? [[2, 2]] : [])];
  return 1 + Math.min(...ways.map(([i, j]) => editsOf(one.slice(i), other.slice(j), most - 1)));
}
