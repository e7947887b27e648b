import type { IntegratedClient } from './integration.ts';

/** All of a stream's text. */
export async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of stream) text += piece;
  return text;
}

/** How the reader of a stream gives it up: by the call's signal, or by leaving its loop. */
export type GivingUp = 'signal' | 'break';

/** Begins a stream, and gives it up after its first piece of text. Returns all that was read. */
export async function givenUp(client: IntegratedClient, by: GivingUp): Promise<string> {
  const abort = new AbortController();
  let text = '';
  try {
    for await (const piece of client.stream(abort.signal)) {
      text += piece;
      if (text === '') continue;
      if (by === 'break') break;
      abort.abort();
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
  }
  return text;
}
