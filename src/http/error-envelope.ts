import { isObject, type JsonObject } from '../model/json.ts';

/** An object in a body that may be its error. */
export interface ErrorEnvelope {
  /** With the usual names: `code`, `message`, `status`, `error_code`, `error`. */
  readonly error: JsonObject;
  /** Whether it is one by its name. */
  readonly isSure: boolean;
}

/** Names are compared without case, `_` and `-`. */
const SURE = /^(?:error|err|fault|exception|errormsg|\w{1,60}exception)$/;
const MAYBE = /^(?:details?|header|responsemetadata|meta|body|err\w{2,9})$/;

/** What hosts call a code and a message, and what it is called here. */
const USUAL: Readonly<Record<string, string>> = {
  ...{ code: 'code', type: 'type', status: 'status', error: 'error', message: 'message' },
  ...{ statuscode: 'status_code', errorcode: 'error_code', errcode: 'error_code' },
  ...{ errno: 'error_code', retcode: 'error_code', ret: 'error_code' },
  ...{ msg: 'message', errmsg: 'message', errormsg: 'message', faultstring: 'message' },
};
const DEEPEST = 3;

/** The body itself, and what it holds, the outermost first. */
export function envelopesIn(body: JsonObject, depth = 0): ErrorEnvelope[] {
  const own = { error: withUsualNames(body), isSure: false };
  if (depth >= DEEPEST) return [own];
  return [own, ...Object.entries(body).flatMap(([key, value]) => inside(key, value, depth))];
}

function inside(key: string, value: unknown, depth: number): ErrorEnvelope[] {
  const held: unknown = Array.isArray(value) ? value[0] : value;
  if (held === null || (typeof held !== 'object' && typeof held !== 'string')) return [];
  const name = plain(key);
  const isSure = SURE.test(name);
  if (!isSure && !MAYBE.test(name)) return [];
  if (typeof held === 'string') return isSure ? sureOf({ message: held }, name) : [];
  if (!isObject(held)) return [];
  return isSure ? sureOf(withUsualNames(held), name) : envelopesIn(held, depth + 1);
}

function sureOf(error: JsonObject, name: string): ErrorEnvelope[] {
  const isEmpty = Object.values(error).every((each) => each === '' || each === null);
  // AWS names its errors so: `throttlingException`.
  const type = name.length > 'exception'.length && name.endsWith('exception') ? name : undefined;
  return isEmpty ? [] : [{ error: { ...(type && { type }), ...error }, isSure: true }];
}

function withUsualNames(object: JsonObject): JsonObject {
  const entries = Object.entries(object).map(([key, value]) => [USUAL[plain(key)] ?? key, value]);
  return Object.fromEntries(entries);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}
