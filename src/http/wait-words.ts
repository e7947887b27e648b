import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/limits.ts';
import { parseDurationMs, parseMoment, parseResetMs } from './reset-time.ts';
import { SPANS } from './spans-abroad.ts';
import { CLOCK } from './time-span.ts';

const SPAN = SPANS.pattern;

/** Verbs that announce a wait, each with the forms that were seen. */
const ANNOUNCES =
  '(?:try|retry|retrying|wait|waiting|again|resets?|resetting|refresh(?:es|ed)?|replenish(?:es|ed)?|renews?|renewed|restored|lifted|available|(?<!\\b(?:token|key|session|credential|link)s? )expires?|cooldown|time left|cool down|cooling down|come back|back off|(?:requests?|calls?) (?:is |are )?allowed|(?:more|another) (?:requests?|calls?|messages?|tokens)|(?:wait(?:ing)?|remaining) time|time remaining|next (?:request|call|slot)|back-?off|(?:blocked|throttled|limited|suspended|banned|(?:been|are) timed out)(?= for\\b))';
/** Words that may stand between the verb and the time. */
const BETWEEN =
  '(?:[ :~=–-]{1,3}(?:again|after|in|for|within|at|least|exactly|waiting|remaining|about|around|approximately|less|than|under|roughly|slot|another|next|the|your|requests?|period|of|be|will|is|then|and|retry|retrying|it)\\b){0,5}[ :~=–-]{0,3}';

/** `try again in 1m30.5s`, `Please wait 40 seconds`, `will be replenished in 5.03:23:11`. */
const ANNOUNCED = new RegExp(`\\b${ANNOUNCES}${BETWEEN}(${CLOCK}|${SPAN})`, 'i');
/** `try again in 30`, `retry after 30`: seconds. */
const BARE =
  /\b(?:try again|retry|retry again) (?:in|after) (\d{1,12}(?:\.\d{1,9})?)(?![\d:]|[./-]\d| ?[a-z%])/i;
/** Fields of an error that a gateway quotes: `'retry_after': 30`, `retryDelay: "38s"`. */
const QUOTED =
  /\b(?:retry[-_ ]?(?:after|delay|in)|resets?[-_ ]?(?:in|after))([-_ ]?(?:ms|milli\w{0,9}))?(?:[-_ ]?sec(?:ond)?s?)?\\{0,4}["']? ?[:=] ?\\{0,4}["']?(\d{1,12}(?:\.\d{1,9})?(?:ms|s|m|h)?)\b(?![-:/.T]\d)/i;
/** `after 55 seconds`, but not `timed out after 55 seconds`. */
const AFTER = new RegExp(
  `(?<!timed out |timeout |failed |cancell?ed |aborted |retried |waited )\\bafter (${SPAN})`,
  'i',
);
/** `40 seconds remaining`, `40 seconds until reset`; `seconds remaining: 40`. */
const REMAINING = new RegExp(
  `(${SPAN}) (?:remaining\\b(?! (?:in|of|on)\\b)|until (?:the )?(?:limit )?reset)`,
  'i',
);
const COUNTED = /\bseconds (?:remaining|left|to wait|until reset) ?[:=] ?(\d{1,9})\b/i;
/** `请在 1 分 30 秒后重试`, `40秒後に`, `40초 후에`, `40 saniye sonra`, `请等待40秒`. */
const EASTERN = new RegExp(
  `(${SPAN}) ?(?:之后|以后|后|後|후|sonra|बाद)|(?:等待|剩余|剩餘) ?(${SPAN})`,
  'i',
);
/** `in 40 Sekunden erneut`, `in 40 seconds you may try again`. */
const AGAIN = new RegExp(`\\bin (${SPAN}),? (?:erneut|wieder|again|you (?:may|can))\\b`, 'i');
/** The same in Dutch, Swedish, Norwegian, Polish, Czech, Vietnamese, Indonesian, Thai and Arabic. */
const FURTHER =
  '(?<![a-z])(?:probeer|wacht|försök|prøv|vänta|spróbuj|poczekaj|zkuste|thử lại|đợi|coba|tunggu)|ลองใหม่|รอ|المحاولة|حاول|انتظ';
/** `versuchen Sie es in 40 Sekunden`, `réessayer dans`, `inténtelo en`, `tente em`, `повторите через`. */
const WESTERN = new RegExp(
  `(?:versuch|wiederhol|warten|r[ée]essay|patient|int[ée]nte|espere|reintent|tente|aguarde|attend[ie]|riprov|повтор|попроб|спроб|подожд|зачека|${FURTHER})[^.\\d]{0,30}(${SPAN})`,
  'i',
);

/** `resets at 2026-08-14T12:00:30Z`, `after 2026-Aug-14 12:00:30+0000`, with a zone; a time without one may be anybody's. */
const AT_DATE =
  /\b(?:reset\w{0,4}|again|until|after|available|next [a-z]{3,10})(?: (?:at|on|after|until)){0,2}[ :]{1,3}(\d{4}-(?:\d\d|[a-z]{3})-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)? ?(?:Z\b|UTC|GMT|[+-]\d\d:?\d\d)|(?:mon|tue|wed|thu|fri|sat|sun), \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d GMT)/i;
/** `limit reached|1762952400`, `resets at 1762952400`. */
const AT_EPOCH = /(?:\breset\w{0,4}(?: at| on)?[ :=]{1,3}|\breached\|)(1\d{9}(?:\d{3})?)\b/i;
/** `resets 6:40pm (UTC)`, `at 9:30 PM GMT+9`, `at 00:00 UTC`, `at midnight UTC`; not `on 2026-09-01 at 00:00 UTC`. */
const AT_HOUR =
  /(?<!\d )\b(?:resets?|again|until|at) (?:at )?(?:(midnight)|(\d{1,2})(?::(\d\d)(?::(\d\d))?)? ?(am|pm)?) \(?(?:UTC|GMT)(?![a-z])(?:([+-]\d{1,2})(?::?(\d\d))?)?/i;

/** Where a wait is looked for: errors say it early, and nothing is quadratic. */
const LONGEST = 20_000;

/**
 * The wait in milliseconds that a message asks for in words: a span of time first, else a moment
 * (relative to `now`) where its zone is certain. Never throws; takes time in proportion to the
 * message.
 *
 * @example
 * waitInWords('Please try again in 7m12s.', now) // 432000
 */
export function waitInWords(message: string, now: number): number | undefined {
  const text = message.slice(0, LONGEST).replaceAll(/\s+/g, ' ');
  return (
    spanOf(ANNOUNCED.exec(text)?.[1]) ??
    spanOf(BARE.exec(text)?.[1]) ??
    quotedMs(text) ??
    spanOf(AFTER.exec(text)?.[1]) ??
    spanOf(REMAINING.exec(text)?.[1]) ??
    spanOf(COUNTED.exec(text)?.[1]) ??
    easternMs(text) ??
    spanOf(WESTERN.exec(text)?.[1]) ??
    spanOf(AGAIN.exec(text)?.[1]) ??
    momentMs(text, now)
  );
}

function spanOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : (parseDurationMs(text) ?? SPANS.parse(text));
}

function quotedMs(text: string): number | undefined {
  const [, isMs, amount] = QUOTED.exec(text) ?? [];
  const ms = spanOf(amount);
  return ms !== undefined && isMs !== undefined ? ms / SECOND_MS : ms;
}

function easternMs(text: string): number | undefined {
  const [, after, wait] = EASTERN.exec(text) ?? [];
  return spanOf(after ?? wait);
}

function momentMs(text: string, now: number): number | undefined {
  const date = parseMoment(AT_DATE.exec(text)?.[1] ?? '');
  if (date !== undefined) return Math.max(0, date - now);
  const epoch = AT_EPOCH.exec(text)?.[1];
  if (epoch !== undefined) return parseResetMs(epoch, now);
  return hourMs(text, now);
}

/** Until the next time that it is so late, in UTC or a zone that is given as its difference. */
function hourMs(text: string, now: number): number | undefined {
  const [isFound, midnight, hour = '0', minute = '0', second = '0', half, zone, zoneMinute = '0'] =
    AT_HOUR.exec(text) ?? [];
  if (isFound === undefined || (midnight === undefined && minute === '0' && half === undefined)) {
    return undefined;
  }
  const hours =
    half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0);
  const ofDay = hours * HOUR_MS + Number(minute) * MINUTE_MS + Number(second) * SECOND_MS;
  if (hours > 23 || ofDay >= DAY_MS) return undefined;
  return (((ofDay - zoneMs(zone, zoneMinute) - now) % DAY_MS) + DAY_MS) % DAY_MS;
}

function zoneMs(hours = '0', minutes: string): number {
  const sign = hours.startsWith('-') ? -1 : 1;
  return Number(hours) * HOUR_MS + sign * Number(minutes) * MINUTE_MS;
}
