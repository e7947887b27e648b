import { isCount, member } from '../model/json.ts';
import { promptCount } from '../model/prompt-count.ts';

/** A field of a request's body: an object, or a form if it has files. */
function field(body: unknown, name: string): unknown {
  return body instanceof FormData ? body.get(name) : member(body, name);
}

export const UNKNOWN_MODEL = 'unknown';

/** A model, or the agent that has one: Mistral's, Google's. */
const MODELS: readonly string[] = ['model', 'agent_id', 'agent'];

export function modelIn(body: unknown): string {
  const named = MODELS.map((name) => field(body, name)).find(isName);
  return named ?? UNKNOWN_MODEL;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
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
