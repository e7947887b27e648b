import {
  DAY_MS,
  type Dimension,
  HOUR_MS,
  type Limit,
  MINUTE_MS,
  SECOND_MS,
} from '../model/limits.ts';
import type { Stated } from '../model/refusal.ts';
import type { ErrorBody, Quota } from './error-body.ts';
import { parseCount } from './reset-time.ts';

const WINDOW_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  second: SECOND_MS,
  m: MINUTE_MS,
  min: MINUTE_MS,
  minute: MINUTE_MS,
  h: HOUR_MS,
  hour: HOUR_MS,
  d: DAY_MS,
  day: DAY_MS,
};

const DIMENSIONS: Readonly<Record<string, Dimension>> = {
  r: 'requests',
  requests: 'requests',
  queries: 'requests',
  t: 'tokens',
  tokens: 'tokens',
  'input tokens': 'inputTokens',
  it: 'inputTokens',
  'output tokens': 'outputTokens',
  ot: 'outputTokens',
};

const WHAT = '(?<what>(?:input |output )?tokens|requests)';
const PER = '[ -]per[ -](?<per>second|minute|min|hour|day)\\b';
const MAX = '(?<max>\\d[\\d,]{0,20})';
const SHORT_NAME = '(?<what>i?t|ot|r)p(?<per>[smhd])';
const SHORT = `(?<max>\\d{1,9}[KM]?) ${SHORT_NAME}\\b`;

/** Sentences that state a limit, each with `what` is counted, `per` which time, and its `max`. */
const SENTENCES: readonly RegExp[] = [
  // OpenAI and Groq: "on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000"; before
  // 2024 "on requests per min. Limit: 3 / min".
  new RegExp(`\\b${WHAT}${PER}(?: \\([A-Z]{3,5}\\))?[:.,]? limit:? ${MAX}`, 'gi'),
  // Anthropic: "would exceed your organization's rate limit of 30,000 input tokens per minute".
  new RegExp(`\\blimit of ${MAX} ${WHAT}${PER}`, 'gi'),
  // Moonshot (public bug reports, 2025 and 2026): "reached organization max RPM: 3". LiteLLM:
  // "current rpm: 1, rpm limit: 15", of which the first is what was used.
  new RegExp(
    `(?<!\\b(?:current|your|used|usage:?) )\\b(?:max )?${SHORT_NAME}(?: limit)? ?[:=] ?${MAX}(?!\\d| of \\d|,? ?limit)`,
    'gi',
  ),
  // Moonshot: "TPD rate limit, current: 1526210, limit: 1500000"; others: "RPM: 61, limit: 60".
  new RegExp(
    `\\b${SHORT_NAME}(?: rate limit, current)?: ?\\d[\\d,]{0,20}?,? (?:of|limit:) ?${MAX}`,
    'gi',
  ),
  // xAI (cline/cline#4826): "Tokens per Minute (actual/limit): 65605/16000".
  new RegExp(`\\b${WHAT}${PER} \\(actual\\/limit\\): \\d[\\d,]{0,20}\\/${MAX}`, 'gi'),
  // Together (xtekky/gpt4free#3032): "limit for this model is 6.0 queries and 180000 tokens per minute".
  /\blimit for this model is (?<max>\d{1,9})(?:\.0)? (?<what>queries)(?: and [\d,]{1,20} tokens)? per (?<per>minute)\b/gi,
  // Voyage (public bug reports, 2024 to 2026): "reduced rate limits of 3 RPM and 10K TPM".
  new RegExp(`\\brate limits? of ${SHORT}`, 'gi'),
  new RegExp(`\\brate limits? of \\d{1,9}[KM]? [IORT]{1,2}P[SMHD] and ${SHORT}`, 'gi'),
];

/** OpenAI and Groq, see above. Of requests, 1 is requested. */
const REQUESTED =
  /\btokens per min(?:ute)? \(TPM\):? limit:? [\d,]{1,20}, (?:used:? [\d,]{1,20}, )?requested:? ~?(\d[\d,]{0,20})/i;

/** Moonshot: "reached max organization concurrency: 1". */
const CONCURRENCY = /\bconcurren(?:cy|t requests):? (?:limit:? )?(\d{1,9})\b/i;

/** Gemini's quota ids: `GenerateRequestsPerMinutePerProjectPerModel-FreeTier`. */
const QUOTA_WINDOW = /Per(Second|Minute|Hour|Day)/i;
const QUOTA_DIMENSIONS: readonly (readonly [RegExp, Dimension])[] = [
  [/input_?tokens?/i, 'inputTokens'],
  [/output_?tokens?/i, 'outputTokens'],
  [/tokens?/i, 'tokens'],
  [/requests?/i, 'requests'],
];

/**
 * The limits that an error states in its text or details. Never throws: what can't be read is left
 * out, and so is a limit of 0.
 *
 * @example
 * statedIn(readErrorBody('… on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000.'))
 * // { limits: [{ dimension: 'tokens', max: 30000, windowMs: 60000 }], concurrency: undefined }
 */
export function statedIn({ message, quotas }: ErrorBody): Stated {
  const said = SENTENCES.flatMap((sentence) => [...message.matchAll(sentence)]);
  const limits = [
    ...said.flatMap(({ groups = {} }) =>
      limitOf(DIMENSIONS[lower(groups.what)], WINDOW_MS[lower(groups.per)], groups.max),
    ),
    ...quotas.flatMap(limitOfQuota),
  ];
  const concurrency = count(CONCURRENCY.exec(message)?.[1]);
  const requested = count(REQUESTED.exec(message)?.[1]);
  return { limits, concurrency, ...(requested !== undefined && { requested }) };
}

function limitOfQuota({ names, value }: Quota): Limit[] {
  const text = names.join(' ');
  const dimension = QUOTA_DIMENSIONS.find(([pattern]) => pattern.test(text))?.[1];
  return limitOf(dimension, WINDOW_MS[lower(QUOTA_WINDOW.exec(text)?.[1])], value);
}

function limitOf(
  dimension: Dimension | undefined,
  windowMs: number | undefined,
  text: string | undefined,
): Limit[] {
  const max = count(text);
  if (dimension === undefined || windowMs === undefined || max === undefined) return [];
  return [{ dimension, max, windowMs }];
}

const UNITS: Readonly<Record<string, number>> = { k: 1000, m: 1_000_000 };

function count(text = ''): number | undefined {
  const unit = UNITS[text.slice(-1).toLowerCase()];
  const value = parseCount((unit ? text.slice(0, -1) : text).replaceAll(',', ''));
  return value !== undefined && value >= 1 ? (unit ?? 1) * value : undefined;
}

function lower(text: string | undefined): string {
  return text?.toLowerCase() ?? '';
}
