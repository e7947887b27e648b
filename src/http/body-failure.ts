import { isObject, type JsonObject, member, stringMember } from '../model/json.ts';
import { errorInside } from './error-envelope.ts';

/** An error in the body of a response whose own status is a success. */
export interface BodyFailure {
  /** As the host wrote it, with its words in `message`. */
  readonly error: JsonObject;
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
/** Members that hold only the words of an error. */
const ERROR_WORDS: readonly string[] = ['error_msg', 'error_message', 'errorMessage'];
const MESSAGES: readonly string[] = ['message', 'msg', ...ERROR_WORDS, 'status_msg', 'detail'];
const CODES: readonly string[] = ['code', 'error_code', 'status', 'status_code', 'statusCode'];

/** DeepSeek has the second (api-docs.deepseek.com, 2025), Zhipu the third (docs.bigmodel.cn, 2025). */
const FAILED_FINISH = /^(?:error|insufficient_system_resource|network_error)$/;

/** What a status in words says of an error; `queued` and `processing` are none. */
const FAILED = /fail|err|limit|exhaust|den(?:y|ied)|unavail|too.?many/i;
/** Words that stand alone only in an error. */
const LIMITED = /\b429\b|\btoo many requests\b|rate.?limit|\boverloaded\b|请求过于频繁|限流/i;
const NAMED = /^(?=[\w.]{4,60}$).*(?:rate_?limit|too_?many|throttl|overload|insufficient_)/i;
/** An error of a gateway that knows nothing of events. */
const STATUS_LINE =
  /^\W{0,3}(?:(?:error|http)\b\W{0,3}){0,2}(?:[45]\d\d\W{1,3})?(?:too many requests|rate limit|service (?:temporarily )?unavailable|bad gateway|gateway time|internal server error|server (?:is )?(?:overloaded|busy))\b/i;
/** No status line is longer. */
const LONGEST_LINE = 300;

/**
 * The error that a JSON body, or an event of a stream, holds: `undefined` where it is a result, or
 * part of one. `event` is the event's name. Never throws.
 *
 * - `{ error }`: nearly all hosts, in a body or a stream; in an array at Gemini's compatible API.
 * - `event: error`, or `type: 'error'`: Anthropic; OpenAI's Responses, without an `error` in it.
 * - `response.failed`: OpenAI's Responses ("Streaming events", 2026-08).
 * - An error in a choice, and `finish_reason: 'error'`: OpenRouter ("Streaming", 2026-09), Cohere.
 * - `base_resp`: MiniMax ("Error codes", 2026-09). `__type`: AWS. `Response.Error`: Tencent Cloud.
 * - `x_groq.error`: Groq. `finish_reason: 'insufficient_system_resource'`: DeepSeek.
 * - `success: false` with `errors`: Cloudflare. A code and a message and no result: DashScope, vLLM,
 *   SiliconFlow, Baidu, and many gateways.
 *
 * @example
 * failureIn({ error: { code: 429, message: 'Slow down' } })?.error.code // 429
 */
export function failureIn(json: unknown, event = ''): BodyFailure | undefined {
  // A stream of Gemini's as a list may end with an error.
  const found = Array.isArray(json)
    ? (failureOf(json[0]) ?? failureOf(json.at(-1)))
    : failureOf(json);
  if (found !== undefined || event !== 'error') return found;
  return failure(isObject(json) ? json : { message: typeof json === 'string' ? json : '' });
}

/** The error of an event that is no JSON. `isFirst`: it is the first of its stream. */
export function failureInText(
  data: string,
  event: string,
  isFirst: boolean,
): BodyFailure | undefined {
  const isLine = isFirst && data.length <= LONGEST_LINE && STATUS_LINE.test(data);
  return event === 'error' || isLine ? failure({ message: data }) : undefined;
}

/** The same of a whole answer, which is also an error where it has nothing to say. */
export function failureInAnswer(json: unknown): BodyFailure | undefined {
  const isEmpty = isObject(json) && json.choices === null && !hasResult(json);
  return failureIn(json) ?? (isEmpty ? failure(json) : undefined);
}

/** The same of an HTML page, by its beginning: no model answers with one. */
export function failureInPage(html: string): BodyFailure | undefined {
  if (!/^\s{0,99}<(?:!doctype html|html|head|title)\b/i.test(html)) return undefined;
  const title = /<(?:title|h1)\b[^>]{0,99}>([^<]{1,200})/i.exec(html)?.[1];
  const message = title ?? html.replaceAll(/<[^>]{0,200}>/g, ' ').slice(0, 200);
  return failure({ status: Number(/\b[45]\d\d\b/.exec(message)?.[0] ?? 0), message });
}

function failure(error: JsonObject): BodyFailure {
  return { error: { ...error, message: wordsOf(error) } };
}

function wordsOf(error: JsonObject): string {
  return MESSAGES.map((name) => stringMember(error, name)).find(Boolean) ?? '';
}

function failureOf(body: unknown): BodyFailure | undefined {
  if (!isObject(body)) return undefined;
  const error =
    errorAt(body, 'error') ??
    errorAt(body, 'response', 'error') ??
    errorAt(body, 'x_groq', 'error') ??
    errorOfFinish(body) ??
    errorOfCloud(body) ??
    errorInList(body) ??
    (isBare(body) ? body : undefined) ??
    // Who names the types of its events has one for errors.
    (typeof body.type === 'string' || hasResult(body) ? undefined : errorInside(body, isError));
  return error && failure(error);
}

/** An object that isn't empty, or a text. `error: null` and `error: ''` are no errors. */
function errorAt(value: unknown, ...path: readonly string[]): JsonObject | undefined {
  const found = member(value, ...path);
  if (typeof found === 'string' && found !== '') return { message: found };
  return isObject(found) && Object.keys(found).length > 0 ? found : undefined;
}

function errorOfFinish(body: JsonObject): JsonObject | undefined {
  const { choices, delta } = body;
  for (const each of Array.isArray(choices) ? choices : [body, delta]) {
    const error = errorAt(each, 'error');
    const reason = stringMember(each, 'finish_reason')?.toLowerCase() ?? '';
    const hasFailed = FAILED_FINISH.test(reason);
    if (hasFailed || (error !== undefined && each !== delta)) return error ?? { code: reason };
  }
  return undefined;
}

function errorOfCloud(body: JsonObject): JsonObject | undefined {
  const code = Number(member(body, 'base_resp', 'status_code') ?? 0);
  if (code > 0) return { base_code: code, message: stringMember(body, 'base_resp', 'status_msg') };
  const type = stringMember(body, '__type') ?? stringMember(body, 'Output', '__type');
  return type === undefined ? undefined : { type: type.split('#').at(-1), message: wordsOf(body) };
}

function errorInList(body: JsonObject): JsonObject | undefined {
  const { errors, ...rest } = body;
  const first: unknown = Array.isArray(errors) ? errors[0] : errors;
  const error = errorAt({ first }, 'first');
  if (error === undefined || (body.success !== false && hasResult(body))) return undefined;
  return { ...rest, ...error };
}

/** Whether that is an error under other names: `detail`, `errcode` (Apigee, FastAPI, Baidu, AWS). */
function isError(object: JsonObject): boolean {
  return isBare(object) || errorAt(object, 'error') !== undefined;
}

function hasResult(body: JsonObject): boolean {
  return RESULTS.some((name) => isFilled(body[name]));
}

/** Hosts write `null`, an empty list or zeros where there is no result. */
function isFilled(value: unknown, depth = 0): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value))
    return depth < 3 && Object.values(value).some((each) => isFilled(each, depth + 1));
  return Boolean(value);
}

/** The whole body is the error. */
function isBare(body: JsonObject): boolean {
  const { type, object, error, success } = body;
  if (type === 'error' || type === 'response.failed' || object === 'error') return true;
  if (error === true || success === false) return true;
  if (hasResult(body)) return false;
  const words = SUCCESS.includes(wordsOf(body).toLowerCase()) ? '' : wordsOf(body);
  if (words === '') {
    return CODES.some(
      (name) => isStatus(body[name]) || (type === undefined && isNamed(name, body[name])),
    );
  }
  return (
    ERROR_WORDS.some((name) => Boolean(stringMember(body, name))) ||
    CODES.some((name) => isCode(name, body[name])) ||
    (CODES.every((name) => (body[name] ?? null) === null) && LIMITED.test(words))
  );
}

/** A code that says of itself that it is an error's. */
function isStatus(code: unknown): boolean {
  return typeof code === 'number' && code >= 400 && code < 600;
}

/** The same of a code in words: `rate_limit_exceeded`. */
function isNamed(name: string, code: unknown): boolean {
  return name !== 'status' && typeof code === 'string' && NAMED.test(code);
}

/** Beside words; 0 and what HTTP calls a success or a redirection are none. */
function isCode(name: string, code: unknown): boolean {
  if (typeof code === 'number') return code !== 0 && !(code >= 100 && code < 400);
  if (typeof code !== 'string' || SUCCESS.includes(code.toLowerCase())) return false;
  if (/^\d+$/.test(code)) return isCode(name, Number(code));
  return name !== 'status' || FAILED.test(code);
}
