import { isObject, type JsonObject } from '../model/json.ts';

/** What holds nothing but an error, and what may hold one. Compared without case, `_` and `-`. */
const SURE = /^(?:err(?:or(?:msg)?)?|fault|\w*exception)$/;
const MAYBE = /^(?:details?|header|response(?:metadata)?|meta|body)$/;
/** What hosts call a code and a message. */
const CODE = /^(?:(?:err(?:or)?|ret|status)code|errno|ret)$/;
const MESSAGE = /^(?:(?:err(?:or)?)?msg|faultstring)$/;
const DEEPEST = 3;

/** The first object in a body that is an error, the body itself before others, with the usual names. */
export function errorInside(
  body: JsonObject,
  isError: (object: JsonObject) => boolean,
  depth = 0,
): JsonObject | undefined {
  const own = withUsualNames(body);
  if (isError(own)) return own;
  if (depth >= DEEPEST) return undefined;
  for (const [key, value] of Object.entries(body)) {
    const held: unknown = Array.isArray(value) ? value[0] : value;
    const name = plain(key);
    const found = SURE.test(name)
      ? errorNamed(name, held)
      : MAYBE.test(name) && isObject(held) && errorInside(held, isError, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** AWS names its errors so: `throttlingException`. */
function errorNamed(type: string, held: unknown): JsonObject | undefined {
  const error = typeof held === 'string' ? { message: held } : held;
  if (!isObject(error) || !Object.values(error).some(Boolean)) return undefined;
  return { ...(/.exception/.test(type) && { type }), ...withUsualNames(error) };
}

function withUsualNames(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [usual(plain(key)), value]),
  );
}

function usual(name: string): string {
  if (MESSAGE.test(name)) return 'message';
  return CODE.test(name) ? 'code' : name;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}
