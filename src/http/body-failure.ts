import { isObject, type JsonObject, member, stringMember } from '../model/json.ts';
import { statusOf } from './failure-status.ts';

/** An error in the body of a response whose own status is a success. */
export interface BodyFailure {
  /** The status that the error would have had as a response. */
  readonly status: number;
  /** The error as the body of such a response: JSON text. */
  readonly body: string;
}

/** Members that only a result has. */
const RESULTS: readonly string[] = [
  'choices',
  'output',
  'content',
  'data',
  'results',
  'embeddings',
  'text',
  'usage',
];
const SUCCESS: readonly unknown[] = ['', '0', '200', 'ok', 'success'];
const MESSAGES: readonly string[] = ['message', 'msg', 'error_msg', 'status_msg', 'detail'];

/**
 * The error that a JSON body, or an event of a stream, holds: `undefined` where it is a result, or
 * part of one. `event` is the event's name. Never throws.
 *
 * - `{ error }`: nearly all hosts, in a body or a stream; in an array at Gemini's compatible API.
 * - `event: error`, or `type: 'error'`: Anthropic; OpenAI's Responses, without an `error` in it.
 * - `response.failed`: OpenAI's Responses ("Streaming events", 2026-08).
 * - An error in a choice, and `finish_reason: 'error'`: OpenRouter ("Streaming", 2026-09).
 * - `base_resp`: MiniMax ("Error codes", 2026-09).
 * - `success: false` with `errors`: Cloudflare. A code and a message and no result: DashScope, vLLM.
 *
 * @example
 * failureIn({ error: { code: 429, message: 'Slow down' } })?.status // 429
 */
export function failureIn(json: unknown, event = ''): BodyFailure | undefined {
  const body: unknown = Array.isArray(json) ? json[0] : json;
  if (!isObject(body)) return event === 'error' ? failure({ message: String(json) }) : undefined;
  const error = errorIn(body) ?? (event === 'error' ? body : undefined);
  return error && failure(error);
}

/** The error of an event that is no JSON. */
export function failureInText(data: string, event: string): BodyFailure | undefined {
  return event === 'error' ? failure({ message: data }) : undefined;
}

function failure(error: JsonObject): BodyFailure {
  const message = MESSAGES.map((name) => stringMember(error, name)).find(Boolean) ?? '';
  const told = { ...error, message };
  return { status: statusOf(told), body: JSON.stringify({ error: told }) };
}

function errorIn(body: JsonObject): JsonObject | undefined {
  return (
    errorAt(body, 'error') ??
    errorAt(body, 'response', 'error') ??
    errorOfChoice(body) ??
    errorOfMiniMax(body) ??
    errorInList(body) ??
    (isBare(body) ? body : undefined)
  );
}

/** An object that isn't empty, or a text. `error: null` and `error: ''` are no errors. */
function errorAt(value: unknown, ...path: readonly string[]): JsonObject | undefined {
  const found = member(value, ...path);
  if (typeof found === 'string' && found !== '') return { message: found };
  return isObject(found) && Object.keys(found).length > 0 ? found : undefined;
}

function errorOfChoice({ choices }: JsonObject): JsonObject | undefined {
  if (!Array.isArray(choices)) return undefined;
  for (const choice of choices) {
    const error = errorAt(choice, 'error');
    if (error !== undefined) return error;
    if (member(choice, 'finish_reason') === 'error') return {};
  }
  return undefined;
}

function errorOfMiniMax(body: JsonObject): JsonObject | undefined {
  const code = member(body, 'base_resp', 'status_code');
  if (typeof code !== 'number' || code === 0) return undefined;
  return { base_code: code, message: stringMember(body, 'base_resp', 'status_msg') };
}

function errorInList({ success, errors }: JsonObject): JsonObject | undefined {
  if (success !== false) return undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : errors;
  return isObject(first) ? first : {};
}

/** The whole body is the error. */
function isBare(body: JsonObject): boolean {
  const { type, object } = body;
  if (type === 'error' || type === 'response.failed' || object === 'error') return true;
  if (RESULTS.some((name) => name in body)) return false;
  const isTold = MESSAGES.some((name) => typeof body[name] === 'string');
  return isTold && isCode(body.code ?? body.error_code ?? body.status);
}

function isCode(code: unknown): boolean {
  if (typeof code === 'number') return code >= 400;
  return typeof code === 'string' && !SUCCESS.includes(code.toLowerCase());
}
