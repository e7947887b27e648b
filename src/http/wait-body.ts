import { HOUR_MS } from '../model/limits.ts';
import type { ErrorBody, NamedWait } from './error-body.ts';
import { parseCount, parseResetMs } from './reset-time.ts';
import { SPANS } from './spans-abroad.ts';
import { longestWait } from './wait-headers.ts';
import { waitInWords } from './wait-words.ts';

/** Names of moments; all others are spans of time. */
const MOMENT =
  /^(?:re(?:set|sume)s?(?:at|time|$)|retryat|quotareset(?:time|at)|next(?:available|access))/;
/** Gemini's delay for a day's quota is some seconds, although that comes back at midnight (2026-07). */
const LEAST_DAILY_MS = HOUR_MS / 6;

/**
 * The wait in milliseconds that a body asks for: the longest of its fields and its words, because
 * fields may be cut to seconds (Gemini: `48s` beside 48.94 s). A moment counts only where no span is
 * given: it needs two clocks that agree.
 */
export function waitInBody(body: ErrorBody, isDaily: boolean, now: number): number | undefined {
  const [spans, moments] = [spansOf(body.waits), momentsOf(body.waits)];
  const said = waitInWords(body.message, now);
  const waitMs =
    longestWait([...spans.map((each) => spanMs(each, now)), said]) ??
    longestWait(moments.map(({ value }) => parseResetMs(value, now)));
  const misleads = isDaily && body.quotas.length > 0 && (waitMs ?? 0) < LEAST_DAILY_MS;
  return misleads ? undefined : waitMs;
}

function spansOf(waits: readonly NamedWait[]): NamedWait[] {
  return waits.filter(({ name }) => !MOMENT.test(name));
}

function momentsOf(waits: readonly NamedWait[]): NamedWait[] {
  return waits.filter(({ name }) => MOMENT.test(name));
}

function spanMs({ name, value }: NamedWait, now: number): number | undefined {
  const ms = /ms$|millis/.test(name) ? parseCount(value) : undefined;
  return ms ?? parseResetMs(value, now) ?? SPANS.parse(value);
}
