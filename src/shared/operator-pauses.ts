/** What an operator says: that lanes stop for so long, or that they go on. */
export interface OperatorWord {
  /** `undefined`: of all models. */
  readonly model: string | undefined;
  /** In milliseconds; not in the future where they go on. */
  readonly until: number;
}

/** What operators have said, with another word: the last one counts. What is over is forgotten. */
export function withWord(
  words: readonly OperatorWord[],
  word: OperatorWord,
  now: number,
): OperatorWord[] {
  const { model } = word;
  const others = words.filter((each) => model !== undefined && each.model !== model);
  return wordsNow([...others, word], now);
}

/** Those that still matter: that lanes go on is to be known as long as an earlier pause lasts. */
export function wordsNow(words: readonly OperatorWord[], now: number): OperatorWord[] {
  const first = words.findIndex(({ until }) => until > now);
  return first === -1 ? [] : words.slice(first);
}

/** How long a lane of a model that has these names is to stop, in milliseconds; 0: not at all. */
export function restMs(
  words: readonly OperatorWord[],
  names: readonly string[],
  now: number,
): number {
  const word = words.findLast(({ model }) => model === undefined || names.includes(model));
  return Math.max(0, (word?.until ?? now) - now);
}
