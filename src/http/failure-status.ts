import { type JsonObject, member, stringMember } from '../model/json.ts';
import { saysOverloaded, saysRate, saysRateLimit } from './limit-words.ts';

const RATE = 429;
const MONEY = 402;
/** Anthropic's status for an overloaded provider: no limit of ours. */
const OVERLOADED = 529;
const SERVER = 500;

/** MiniMax (platform.minimax.io, "Error codes", 2026-09): too fast, too many tokens, no balance, … */
const MINIMAX: Readonly<Record<number, number>> = {
  1002: RATE,
  1039: RATE,
  1041: RATE,
  2045: RATE,
  2056: RATE,
  1008: MONEY,
};

const NUMBERS: readonly string[] = [
  'status',
  'code',
  'status_code',
  'statusCode',
  'http_code',
  'error_code',
];
const NAMES: readonly string[] = ['code', 'type', 'status', 'error_code'];

/** The order matters: a quota that is a matter of money is none of rate. */
const BY_NAME: readonly (readonly [RegExp, number])[] = [
  [/insufficient_(?:balance|funds|credits?)|payment_required|arrear|billing/i, MONEY],
  [
    /rate.?limit|too.?many.?requests|throttl|exhausted|quota|^(?:tokens|requests)$|slow_down|ramp_limit|concurrency|(?:spend|usage)_limit|credit_balance|(?:request|token)_?limit_?exceeded/i,
    RATE,
  ],
  [/overload|unavailable|capacity|queue_exceeded|\bbusy\b|system_resource/i, OVERLOADED],
];

/** Words of hosts that send errors with 200, beside those that all hosts use. */
const BY_WORDS: readonly (readonly [RegExp, number])[] = [
  [/insufficient (?:balance|funds|credits?)|payment required|余额不足|欠费/i, MONEY],
  [
    /rate.?limit|too many (?:requests|concurrent)|throttl|\bquota\b|(?:requests|tokens) per (?:sec|min|hour|day)|request limit reached|\b(?:high|reduce|max\w{0,6}) concurrency\b|qps ?over ?flow|usage limit|限流|限频|流控|频率|频繁|速率|并发|请求过多/i,
    RATE,
  ],
  [
    /overloaded|(?:at|over|out of|exceeded) capacity|no capacity|capacity (?:is )?(?:temporarily )?exceeded|temporarily unavailable|(?:server|system) (?:is )?(?:too )?busy|(?:currently|still) loading|繁忙|过载|访问量过大|负载已饱和/i,
    OVERLOADED,
  ],
];

/**
 * Errors of the request itself: what they say of limits is no refusal for a limit, unless that is all
 * that they say (Mistral and Fireworks have no type of their own for it).
 */
const OF_REQUEST = /invalid|not_found|permission|authentication|unsupported|bad_?request/i;

/** The HTTP status of an error that came without one: as it says itself, else by its names and words. */
export function statusOf(error: JsonObject): number {
  const ofMiniMax = error.base_code;
  if (typeof ofMiniMax === 'number') return MINIMAX[ofMiniMax] ?? byWords(error) ?? SERVER;
  const stated = NUMBERS.map((name) => Number(member(error, name))).find(isErrorStatus);
  if (stated !== undefined) return isKnown(stated) ? stated : (byWords(error) ?? stated);
  const names = NAMES.flatMap((name) => stringMember(error, name) ?? []);
  const named = BY_NAME.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
  if (named !== undefined) return named;
  if (names.some((name) => OF_REQUEST.test(name)) && !saysBusy(error)) return 400;
  return byWords(error) ?? SERVER;
}

function saysBusy(error: JsonObject): boolean {
  const message = stringMember(error, 'message') ?? '';
  return saysRate(message) || saysOverloaded({ codes: [], message });
}

function byWords(error: JsonObject): number | undefined {
  const message = stringMember(error, 'message') ?? '';
  const found = BY_WORDS.find(([pattern]) => pattern.test(message))?.[1];
  if (found !== undefined) return found;
  if (saysRateLimit({ codes: [], message })) return RATE;
  return saysOverloaded({ codes: [], message }) ? OVERLOADED : undefined;
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status < 600;
}

/** A status that HTTP, or a host, gives a meaning of its own; 449 is whatever its words say. */
function isKnown(status: number): boolean {
  return status <= 431 || status === 451 || status === 498 || status >= 500;
}
