import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/limits.ts';
import { parseSpanMs } from './time-span.ts';

const NUMBER = /^\+?\d{1,16}(?:\.\d{1,16})?$/;

/** Parses a decimal number without exponent; a sign may only be a plus. */
export function parseCount(text: string): number | undefined {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** In the order in which they are tried: `ms` before `m`. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  h: HOUR_MS,
  m: MINUTE_MS,
  s: SECOND_MS,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const PART = '(\\d{1,16}(?:\\.\\d{1,16})?)(ms|h|m|s|us|µs|ns)';
const GO_DURATION = new RegExp(`^(?:${PART}){1,7}$`);
const NEXT_PART = new RegExp(PART, 'y');

export function isGoDuration(text: string): boolean {
  return GO_DURATION.test(text.trim());
}

/**
 * A duration in milliseconds, as Go prints it (`6m0s`, `17ms`, `1h23m31s`, `2m59.56s`; see
 * https://pkg.go.dev/time#Duration.String) or as a bare number of seconds.
 */
export function parseDurationMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (!GO_DURATION.test(trimmed)) return inRange(parseCount(trimmed), SECOND_MS);
  let totalMs = 0;
  // Each response has some of them, and `matchAll` would copy the expression.
  NEXT_PART.lastIndex = 0;
  for (let part = NEXT_PART.exec(trimmed); part !== null; part = NEXT_PART.exec(trimmed)) {
    totalMs += Number(part[1]) * (UNIT_MS[part[2] ?? ''] ?? 0);
  }
  return inRange(totalMs, 1);
}

/** Rounded to the microsecond, because 8.64 · 1000 isn't 8640 in binary. */
function inRange(value: number | undefined, factor: number): number | undefined {
  if (value === undefined || value * factor > Number.MAX_SAFE_INTEGER) return undefined;
  return Math.round(value * factor * 1000) / 1000;
}

/** Bare numbers above these are dates: as a duration, 1e9 s would be 31 years. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;

/**
 * Milliseconds from `now` until a moment given as a duration (see `parseDurationMs`, `parseSpanMs`),
 * a number of seconds, epoch seconds (GitHub) or milliseconds (OpenRouter), an RFC 3339 time
 * (Anthropic) or an HTTP date, in quotes or not. A moment that is past gives 0.
 */
export function parseResetMs(text: string, now: number): number | undefined {
  if (text.length > LONGEST) return undefined;
  const bare = unquoted(text.trim());
  const number = parseCount(bare);
  if (number !== undefined && number > EPOCH_MS) return until(number, now);
  if (number !== undefined && number > EPOCH_SECONDS) return until(number * SECOND_MS, now);
  return parseDurationMs(bare) ?? parseSpanMs(bare) ?? until(parseMoment(bare), now);
}

function unquoted(text: string): string {
  return /^["']|["']$/.test(text) ? text.replaceAll(/^["']|["']$/g, '').trim() : text;
}

/** No time is longer, and nothing longer is worth a look. */
const LONGEST = 100;

function until(moment: number | undefined, now: number): number | undefined {
  return moment === undefined ? undefined : inRange(Math.max(0, moment - now), 1);
}

/** RFC 3339, also with a space, and with the zone or the month in letters (WSO2, `+0000 UTC`). */
const RFC_3339 =
  /^(\d{4}-(?:\d\d|[a-z]{3})-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(?:(Z|UTC|GMT)|([+-]\d\d):?(\d\d)(?: UTC)?)$/i;
/**
 * The three forms of RFC 9110, section 5.6.7; the last, asctime's, has no zone and means UTC. Some hosts
 * write the zone as mails do: `+0000`.
 */
const HTTP_DATE =
  /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? [\w :-]{17,26}$/i;

/** Milliseconds since the epoch. `Date.parse` alone would take `-1` for a month. */
export function parseMoment(text: string): number | undefined {
  const [, day, time, letters, hours, minutes] = RFC_3339.exec(text) ?? [];
  if (day !== undefined) {
    const zone = letters === undefined ? `${hours}:${minutes}` : 'Z';
    // All engines read `14 Aug 2026`, as of mails.
    const inLetters = `${day.split('-').reverse().join(' ')} ${time} ${zone.replace(':', '')}`;
    return moment(/[a-z]/i.test(day) ? inLetters : `${day}T${time}${zone}`);
  }
  const [zone = ' GMT'] = / [+-]\d{4}$/.exec(text) ?? [];
  const date = text.replace(/ (?:GMT|UTC|[+-]\d{4})$/i, '');
  return HTTP_DATE.test(date) ? moment(`${date}${zone}`) : undefined;
}

function moment(text: string): number | undefined {
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
