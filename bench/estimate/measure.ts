/** How long each of some runs takes, in milliseconds. Runs get numbers, to make their input new. */
export async function timesOf(
  runs: number,
  run: (index: number) => unknown | Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const startedAt = performance.now();
    await run(index);
    times.push(performance.now() - startedAt);
  }
  return times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** `length` characters of a corpus, from another place each time; no two are the same text. */
export function fresh(corpus: string, length: number, index: number): string {
  const long =
    corpus.length < 2 * length ? corpus.repeat(Math.ceil((2 * length) / corpus.length)) : corpus;
  const start = (index * 7919) % Math.max(1, long.length - length);
  const head = `${index} `;
  // A string of its own, as a request's are: not a part of another.
  return JSON.parse(JSON.stringify(head + long.slice(start, start + length - head.length)));
}

export function megabytes(text: string): number {
  return new TextEncoder().encode(text).length / 1e6;
}
