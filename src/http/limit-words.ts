import { type ErrorBody, plainCode } from './error-body.ts';

/**
 * Codes, types and reasons of limits (in lower case, without `_`, `-`, `.` and spaces), with any
 * status: OpenAI `rate_limit_exceeded`, Anthropic `rate_limit_error`, Cohere and Cerebras
 * `too_many_requests`, AWS `ThrottlingException`, DashScope `Throttling.RateQuota`, Google
 * `rateLimitExceeded`, `quotaExceeded` and `RESOURCE_EXHAUSTED`, Apigee
 * `policies.ratelimit.QuotaViolation`, and the status that a gateway was answered.
 */
const LIMIT_CODE =
  /ratelimit|toomanyrequests|throttl|resourceexhausted|^(?:request|token|daily|call|user)?quota(?:exceeded|violation)|^(?:request|daily|concurren\w{1,4})limit(?:exceeded|reached)|^429$/;

const EXCEEDED = '(?:exceeded|reached|hit|violat\\w{1,5}|exhausted|triggered)';
/** Limits on a rate in words. Each gap is bounded, so that they take linear time. */
const RATE_WORDS: readonly RegExp[] = [
  new RegExp(`\\brate[ _-]?limit(?:s|ed|ing|er)?\\b[^.\\n]{0,60}\\b${EXCEEDED}\\b`, 'i'),
  /\b(?:exceed\w{0,3}|reach\w{0,3}|hit|hitting|over|due to|by)\b[^.\n]{0,60}\brate[ _-]?limit/i,
  /\brate[ -]limited\b|限流|请求过于频繁|速率限制/i,
];
/** Other words; "Too Many Requests" may be only the name of 429. */
const LIMIT_WORDS: readonly RegExp[] = [
  ...RATE_WORDS,
  /\btoo many (?:concurrent )?(?:requests|tokens|calls)\b|达到.{0,10}上限/i,
  new RegExp(`\\bquota\\b (?:limit )?(?:has been |is |was )?${EXCEEDED}\\b`, 'i'),
  /\bquota violation\b|\bexceed(?:ed|s|ing)? (?:the |your |its )?(?:[\w-]{1,15} ){0,3}quota\b/i,
  /\bout of (?:[\w-]{1,15} ){0,3}quota\b|\b(?:call|request|token) quota\b[^.\n]{0,30}\breplenished\b/i,
  new RegExp(
    `\\b(?:request|token|call|concurrency) limit (?:has been |is |was )?${EXCEEDED}\\b`,
    'i',
  ),
  /\benhance your calm\b|\b(?:is|was|been|are|being) throttled\b|\bthrottling\b/i,
];
/** What one may have only so much of, whatever the time. */
const NO_RATE = /\b(?:storage|disk|file|deployment|fine-?tun\w{1,5}|job|project|seat)s? quota\b/i;

/** Whether an error's codes or words name a limit over time. */
export function saysRateLimit({ codes, message }: Pick<ErrorBody, 'codes' | 'message'>): boolean {
  if (NO_RATE.test(message)) return false;
  const isCode = codes.some((code) => LIMIT_CODE.test(plainCode(code)));
  return isCode || LIMIT_WORDS.some((words) => words.test(message));
}

/** Whether a message says that a rate is limited, whatever the codes say. */
export function saysRate(message: string): boolean {
  return RATE_WORDS.some((words) => words.test(message));
}

/**
 * OpenAI, its flex tier, Anthropic, Cerebras, Moonshot, Groq's flex tier, Gemini's, Bedrock, Azure
 * (`NoCapacity`), Mistral (`service_tier_capacity_exceeded`). What was provisioned is one's own.
 */
const CAPACITY_CODE =
  /^(?:server|engine|model)?(?:is)?overloaded(?:error)?$|^serviceunavailableerror$|^flexunavailable$|^resourceunavailable$|^queueexceeded$|^(?!provisioned)\w{0,20}capacity(?:exceeded|exhausted|reached|unavailable)$|^(?:no|insufficient|outof)\w{0,20}capacity$|^modelnotreadyexception$|^engineoverloaded/;
const CAPACITY_WORDS =
  /\boverloaded\b|\b(?:no|out of|insufficient|lacks?) (?:[\w-]{1,15} ){0,2}capacity\b|\bat (?:full |max(?:imum)? |peak )?capacity\b|(?<!\b(?:provisioned|your|throughput|token|request) )\bcapacity (?:is |was |has been )?(?:temporarily )?(?:exceeded|exhausted|reached|unavailable)\b/i;

/** The same in words that may also stand beside a limit: DeepInfra, Azure, Ollama, Volcengine, Zhipu. */
const BUSY_WORDS =
  /\b(?:model|server|system|engine|service) (?:is )?(?:currently |too |very |still ){0,2}busy\b|\bexperiencing (?:[\w-]{1,15} )?high (?:demand|traffic|load|volume)\b|\bserver overload\b|\bworker (?:local )?(?:total )?request limit\b|繁忙|过载|饱和|访问量过大/i;

/** Whether an error says that the server has too much to do, whoever calls. */
export function saysOverloaded({ codes, message }: Pick<ErrorBody, 'codes' | 'message'>): boolean {
  const plain = codes.map(plainCode);
  if (plain.some((code) => CAPACITY_CODE.test(code)) || CAPACITY_WORDS.test(message)) return true;
  const isOfRate = saysRate(message) || plain.some((code) => code.includes('ratelimit'));
  return !isOfRate && BUSY_WORDS.test(message);
}
