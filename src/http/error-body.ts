import { isObject, member, parseJson, stringMember } from '../model/json.ts';
import type { HeaderSource } from './headers.ts';

/** A limit as Gemini names it. */
export interface Quota {
  /** Its `quotaId` and `quotaMetric`. */
  readonly names: readonly string[];
  /** Its `quotaValue`: how much it allows. */
  readonly value: string | undefined;
}

/** An error response's body, whoever wrote it. */
export interface ErrorBody {
  /** Everything in it that names the kind of error: codes, types, statuses. */
  readonly codes: readonly string[];
  /** Its message; the whole text if it isn't JSON of a known shape. */
  readonly message: string;
  /** Gemini's `RetryInfo.retryDelay`: `38.2s`. */
  readonly retryDelay: string | undefined;
  /** The limits that it names, as Gemini does. */
  readonly quotas: readonly Quota[];
  /** The provider behind OpenRouter whose refusal it passes on. */
  readonly upstream: string | undefined;
  /** OpenRouter repeats its headers in the body, in case a proxy removed them. */
  readonly headers: HeaderSource;
}

const CODES: readonly (readonly string[])[] = [
  ['code'],
  ['type'],
  ['status'],
  ['details', 'error_code'],
];

/** Reads an error body of any provider. Never throws; an unknown body has no codes. */
export function readErrorBody(text: string): ErrorBody {
  const json = parseJson(text);
  // Gemini's OpenAI-compatible endpoint wraps its errors in an array.
  const body = Array.isArray(json) ? json[0] : json;
  const error = member(body, 'error');
  const details = listAt(error, 'details');
  return {
    codes: [error, body].flatMap(codesOf),
    message: stringMember(error, 'message') ?? stringMember(body, 'message') ?? text,
    retryDelay: details.map((detail) => stringMember(detail, 'retryDelay')).find(Boolean),
    quotas: details.flatMap(quotasOf),
    upstream: stringMember(error, 'metadata', 'provider_name'),
    headers: headersIn(member(error, 'metadata', 'headers')),
  };
}

/** Header names in any case; values are strings or numbers. */
function headersIn(value: unknown): HeaderSource {
  const entries = isObject(value) ? Object.entries(value) : [];
  const lines = new Map(entries.map(([name, line]) => [name.toLowerCase(), line]));
  return {
    get: (name) => {
      const line = lines.get(name);
      return typeof line === 'string' || typeof line === 'number' ? String(line) : null;
    },
  };
}

function codesOf(value: unknown): string[] {
  return CODES.flatMap((path) => stringMember(value, ...path) ?? []);
}

function quotasOf(detail: unknown): Quota[] {
  return listAt(detail, 'violations').map((violation) => ({
    names: ['quotaId', 'quotaMetric'].flatMap((key) => stringMember(violation, key) ?? []),
    value: stringMember(violation, 'quotaValue'),
  }));
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = member(value, key);
  return Array.isArray(list) ? list : [];
}
