import type { Clock } from '../../clock.ts';
import type { Answer, Dialect } from '../dialects/dialect.ts';
import { formats } from '../formats/formats.ts';
import type { CallDraft } from '../intake.ts';
import { composeReply, type ReplyFunction } from '../reply.ts';

/** What a line's answer depends on. */
export interface Answering {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly reply: ReplyFunction | undefined;
  readonly countTokens: (text: string) => number;
}

/** What the model answers to lines: of each the same, however often it is asked for. */
export class LineAnswers {
  readonly #how: Answering;

  constructor(how: Answering) {
    this.#how = how;
  }

  /** The body of a good answer. `id`: the number of the call, beginning with 1. */
  good(draft: CallDraft, id: number, time: number): unknown {
    const call = { id, time, ...draft };
    const reply = composeReply(this.#how.reply, call, this.#how.countTokens);
    return formats[draft.operation].complete({ call, reply });
  }

  /** The answer to a line that has failed with that status. */
  failed(status: 400 | 429 | 500): Answer {
    if (status === 500) return this.#how.dialect.problem(500);
    if (status === 429) return { ...this.#how.dialect.problem('malformed-retry-after') };
    return this.#how.dialect.problem('bad-json');
  }
}

/** Objects as lines of JSON. */
export function jsonLines(values: Iterable<unknown>): string {
  let text = '';
  for (const value of values) text += `${JSON.stringify(value)}\n`;
  return text;
}
