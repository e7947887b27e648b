/** `1 batch`, `2 batches`; `plural` for nouns that take more than an s. */
export function countOf(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** The verb that belongs to a count: `goes` or `go`. */
export function verbOf(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

export function batchesOf(count: number): string {
  return countOf(count, 'batch', 'batches');
}
