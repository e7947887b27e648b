import { field, isObject, member, parseJson, stringMember } from '../model/json.ts';
import type { HeaderSource } from './header-source.ts';

/** A limit as Gemini names it. */
export interface Quota {
  /** Its `quotaId` and `quotaMetric`. */
  readonly names: readonly string[];
  /** Its `quotaValue`: how much it allows. */
  readonly value: string | undefined;
}

/** A field that says how long to wait, as `retry_after` or `RetryInfo.retryDelay`. */
export interface NamedWait {
  /** In lower case, letters only. */
  readonly name: string;
  readonly value: string;
}

/** An error response's body, whoever wrote it. */
export interface ErrorBody {
  /** Everything in it that names the kind of error: codes, types, statuses, reasons; also quoted. */
  readonly codes: readonly string[];
  /** Those of `codes` that are types. */
  readonly types: readonly string[];
  /** Its messages, line by line; the whole text if it isn't JSON of a known shape. */
  readonly message: string;
  readonly waits: readonly NamedWait[];
  /** The limits that it names, as Gemini does. */
  readonly quotas: readonly Quota[];
  /** The provider behind OpenRouter whose refusal it passes on. */
  readonly upstream: string | undefined;
  /** OpenRouter repeats its headers in the body, in case a proxy removed them. */
  readonly headers: HeaderSource;
}

/** Names of fields are compared without case, `_` and `-`. */
const CODES: readonly string[] = ['code', 'type', 'status', 'reason', 'errorcode', 'errortype'];
const MORE_CODES: readonly string[] = ['statuscode', 'httpcode', 'httpstatus'];
const TEXTS: readonly string[] = [
  'message',
  'msg',
  'error',
  'detail',
  'details',
  'title',
  'reason',
];
const MORE_TEXTS: readonly string[] = [
  'description',
  'errordescription',
  'errormessage',
  'errormsg',
  'statusmsg',
  'faultstring',
  'raw',
];
const WAITS =
  /^(?:retry(?:after|in|delay|at)|(?:resets?|resumes?)(?:in|after|at|time|seconds|$)|quotareset|wait|cooldown|(?:seconds|time)(?:untilreset|towait)|next(?:available|access)|estimatedtime$)/;
/** What may hold more of these; not what repeats the request, as `input` does. */
const INSIDE =
  /^(?:error|errors|detail|details|metadata|baseresp|fault|response|cause|innererror|headers|violations|data|parameters|ratelimit)$/;

/** Deeper, longer and larger errors are no errors of providers. */
const DEEPEST = 6;
const MOST_NODES = 200;
const LONGEST = 32_000;

/** What has been found so far, in a walk through an error. */
interface Findings {
  readonly codes: string[];
  readonly types: string[];
  readonly texts: Set<string>;
  readonly waits: NamedWait[];
  readonly quotas: Quota[];
  nodes: number;
}

/**
 * Reads an error of any provider: the text of a response, or an object that stands in a stream.
 * Never throws; an unknown body has no codes.
 */
export function readErrorBody(given: unknown): ErrorBody {
  const text = typeof given === 'string' ? given : '';
  const json = typeof given === 'string' ? parseJson(given) : given;
  // Gemini's OpenAI-compatible endpoint wraps its errors in an array.
  const body = Array.isArray(json) ? json[0] : json;
  const found: Findings = {
    codes: [],
    types: [],
    texts: new Set(),
    waits: [],
    quotas: [],
    nodes: 0,
  };
  walk(body, found, 0);
  const message = ends(found.texts.size > 0 ? [...found.texts].join('\n') : text);
  const quoted = quotedIn(message);
  const error = member(body, 'error');
  return {
    codes: [...found.codes, ...quoted.map(({ value }) => value)],
    types: [...found.types, ...quoted.flatMap(({ key, value }) => (key === 'type' ? value : []))],
    message,
    waits: found.waits,
    quotas: found.quotas,
    upstream: stringMember(error, 'metadata', 'provider_name'),
    headers: headersIn(member(error, 'metadata', 'headers')),
  };
}

/** The beginning and the end: a gateway may put a trace of calls between them. */
function ends(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST / 2)}\n${text.slice(-LONGEST / 2)}`;
}

function walk(value: unknown, found: Findings, depth: number): void {
  if (depth > DEEPEST || ++found.nodes > MOST_NODES) return;
  if (Array.isArray(value)) {
    for (const each of value.slice(0, MOST_NODES)) walk(each, found, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  readQuota(value, found);
  for (const [key, member] of entriesOf(value)) {
    const name = key.toLowerCase().replaceAll(/[_-]/g, '');
    if (typeof member === 'string' || typeof member === 'number') {
      readField(name, String(member), found, depth);
    } else if (INSIDE.test(name)) walk(member, found, depth + 1);
    else if (WAITS.test(name)) readDuration(name, member, found);
  }
}

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  try {
    return Object.entries(value).slice(0, MOST_NODES);
  } catch {
    return [];
  }
}

function readField(name: string, value: string, found: Findings, depth: number): void {
  const isText = [...TEXTS, ...MORE_TEXTS].includes(name);
  if ([...CODES, ...MORE_CODES].includes(name) && value.length <= 100) found.codes.push(value);
  if (isText && WORD.test(value)) found.codes.push(value);
  if (name === 'type' || name === 'errortype') found.types.push(value);
  if (WAITS.test(name)) found.waits.push({ name, value });
  if (!isText || value === '') return;
  // A gateway's message may be the JSON that it was answered.
  const inner = /^\s{0,9}[[{]/.test(value) ? parseJson(value) : undefined;
  if (inner === undefined) found.texts.add(value);
  else walk(inner, found, depth + 1);
}

/** A duration as an object, as protobuf's JavaScript has it: `{ seconds: 48, nanos: 0 }`. */
function readDuration(name: string, value: unknown, { waits }: Findings): void {
  const [seconds, nanos] = [Number(field(value, 'seconds')), Number(field(value, 'nanos') ?? 0)];
  if (seconds >= 0 && nanos >= 0) waits.push({ name, value: `${seconds + nanos / 1e9}s` });
}

/** A message of one word is a code: `"error": "monthly_cost_limit_exceeded"`. */
const WORD = /^[\w.-]{1,80}$/;

function readQuota(value: object, found: Findings): void {
  const names = ['quotaId', 'quotaMetric'].flatMap((key) => stringMember(value, key) ?? []);
  if (names.length > 0) found.quotas.push({ names, value: stringMember(value, 'quotaValue') });
}

/** `'code': 'insufficient_quota'`, as JSON or Python prints it, inside a message. */
const QUOTED =
  /["'](code|type|status|reason|error|error_?code|error_?type|quotaId)\\{0,7}["'] ?: ?\\{0,7}["']([\w.-]{1,80})(?=\\{0,7}["'])/gi;

function quotedIn(message: string): { readonly key: string; readonly value: string }[] {
  return [...message.matchAll(QUOTED)].map(([, key = '', value = '']) => ({
    key: key.toLowerCase(),
    value,
  }));
}

/** Header names in any case; values are strings or numbers. */
function headersIn(value: unknown): HeaderSource {
  const entries = isObject(value) ? entriesOf(value) : [];
  const lines = new Map(entries.map(([name, line]) => [name.toLowerCase(), line]));
  return {
    get: (name) => {
      const line = lines.get(name);
      return typeof line === 'string' || typeof line === 'number' ? String(line) : null;
    },
  };
}

/** `Insufficient_Quota`, `insufficient-quota` and `InsufficientQuota` are one code. */
export function plainCode(code: string): string {
  return code.toLowerCase().replaceAll(/[_\-. ]/g, '');
}
