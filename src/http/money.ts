import { type ErrorBody, plainCode } from './error-body.ts';
import { saysRate } from './limit-words.ts';
import type { MoneySign } from './money-sign.ts';
import { MONEY_SIGNS } from './money-signs.ts';

/** A limit over a short time, named in an error. */
const WINDOWED =
  /\bper[ -](?:sec(?:ond)?|min(?:ute)?|hour|day)\b|\b[RT]P[SMHD]\b|\b(?:daily|hourly)\b|Per(?:Second|Minute|Hour|Day)|\/ ?(?:sec|second|min|minute|hour|day)\b|\b(?:this|current|next) (?:sec(?:ond)?|min(?:ute)?|hour|window)\b|\bbuckets?\b|\bconcurren(?:cy|t requests)\b|每(?:分钟|小时|天|日)|[今当]日/i;
/**
 * DashScope has OpenAI's code for a limit on tokens a minute ("Allocated quota exceeded",
 * help.aliyun.com `error-code#token-limit`; QwenLM/Qwen#2254).
 */
const ALLOCATED = /(?<!\bmonth )\ballocated quota\b|error-code#(?:token|rate)-limit/i;
/** Gemini says OpenAI's "exceeded your current quota" of a minute's limits too. */
const GOOGLE = /resource_?exhausted|ai\.google\.dev|googleapis\.com/i;

/** What is known of a refusal beside its body. */
export interface MoneyContext {
  /** Whether it says how long to wait. */
  readonly saysWait: () => boolean;
}

/** The sign by which a body says that somebody must pay; `undefined` where it doesn't. */
export function moneySignOf(body: ErrorBody, context: MoneyContext): MoneySign | undefined {
  const text = `${body.message}\n${body.codes.join('\n')}\n${namesOf(body)}`;
  if (ALLOCATED.test(text)) return undefined;
  const codes = body.codes.map(plainCode);
  const isWindowed = WINDOWED.test(text);
  const holds = ({ counts }: MoneySign): boolean => {
    if (counts === 'always') return true;
    if (isWindowed) return false;
    return (
      counts === 'unwindowed' ||
      !(saysRate(body.message) || GOOGLE.test(text) || context.saysWait())
    );
  };
  return (
    MONEY_SIGNS.find((sign) => isShown(sign, codes, body.message) && holds(sign)) ??
    (isWindowed || context.saysWait() ? undefined : quotaType(body))
  );
}

function isShown({ codes, words }: MoneySign, shown: readonly string[], message: string): boolean {
  return (
    (codes !== undefined && shown.some((code) => codes.test(code))) ||
    (words?.test(message) ?? false)
  );
}

/** `RESOURCE_EXHAUSTED` is a status, `request_quota_exceeded` a code: neither is a type. */
function quotaType({ types }: ErrorBody): MoneySign | undefined {
  const isQuota = types.some((type) => /quota/i.test(type) && !/rate/i.test(type));
  return isQuota ? MONEY_SIGNS.find(({ codes }) => codes?.test('exceededcurrentquota')) : undefined;
}

function namesOf({ quotas }: ErrorBody): string {
  return quotas.flatMap(({ names }) => names).join('\n');
}
