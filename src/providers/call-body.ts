import { isCount, member } from '../model/json.ts';
import { promptCount } from '../model/prompt-count.ts';

/** A field of a request's body: an object, or a form if it has files. */
function field(body: unknown, name: string): unknown {
  return body instanceof FormData ? body.get(name) : member(body, name);
}

export const UNKNOWN_MODEL = 'unknown';

export function modelIn(body: unknown): string {
  const model = field(body, 'model');
  return typeof model === 'string' && model !== '' ? model : UNKNOWN_MODEL;
}

export function isStreamIn(body: unknown): boolean {
  const stream = field(body, 'stream');
  return stream === true || stream === 'true';
}

/** The number of prompts in the body, each of which gets an answer. */
export function promptsIn(body: unknown): number {
  return promptCount(field(body, 'prompt'));
}

/** The first of the fields that holds a count. */
export function countIn(body: unknown, ...names: readonly string[]): number | undefined {
  return names.map((name) => field(body, name)).find(isCount);
}
