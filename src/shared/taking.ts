import type { Rules } from './rules.ts';

/** What is asked for by taking: how much of each amount, and the answers if it is there. */
export interface Taking<Answer> {
  readonly amounts: readonly number[];
  readonly answers: readonly Answer[];
}

/** What of the commands may be granted by taking; `undefined`: none. */
export function takingOf<Command, Answer>(
  rules: Pick<Rules<unknown, Command, Answer>, 'take'>,
  commands: readonly Command[],
): Taking<Answer> | undefined {
  const takes = commands.flatMap((command) => rules.take?.(command) ?? []);
  if (takes.length === 0) return undefined;
  const sum: number[] = [];
  for (const { amounts } of takes) {
    for (const [i, amount] of amounts.entries()) sum[i] = (sum[i] ?? 0) + amount;
  }
  return { amounts: sum, answers: takes.map(({ answer }) => answer) };
}
