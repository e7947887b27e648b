import { setTimeout as realTime } from 'node:timers/promises';
import type { RateLimiter } from '../../src/limiter.ts';
import { underWay } from '../sdk/bench.ts';
import { collectGarbage } from '../support/garbage.ts';
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

/** Collects garbage until it holds no place of the limiter, or for a long while. */
export async function collected(limiter: RateLimiter): Promise<void> {
  for (let turn = 0; turn < 200 && underWay(limiter).inFlight > 0; turn++) {
    await realTime(0);
    collectGarbage();
  }
}
