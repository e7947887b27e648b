import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A line of a file in the format of OpenAI's Batch API. */
export interface Line {
  readonly custom_id: string;
  readonly url: string;
  readonly body: {
    readonly model: string;
    readonly max_completion_tokens: number;
    readonly messages: { readonly role: 'user'; readonly content: string }[];
  };
}

/** The lines of a file, a few in memory at a time. */
export async function* linesOf(path: string): AsyncGenerator<Line, void> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    yield JSON.parse(line);
  }
}
