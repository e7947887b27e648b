import { usageOf } from '../http/usage.ts';
import type { RateLimiter } from '../limiter.ts';
import { parseJson, stringMember, textField } from '../model/json.ts';
import { BATCH_PRICE } from '../providers/batch-price.ts';
import type { ReportedResult } from '../report/report.ts';
import type { Outcome } from './result-line.ts';

/** A call that was recorded, as the report has it. */
export function reported(
  id: string,
  outcome: Outcome,
  how: {
    readonly via: 'live' | 'batch';
    readonly isFailed: boolean;
    readonly usdOf: RateLimiter['usdOf'];
  },
): ReportedResult {
  const { via, isFailed, usdOf } = how;
  const body = outcome.kind === 'answered' ? parseJson(outcome.body) : undefined;
  const usage = usageOf(body);
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
  const price = via === 'batch' ? BATCH_PRICE : 1;
  const usd = usage && usdOf(textField(body, 'model'), usage);
  const paid = usd === undefined ? undefined : usd * price;
  const failure = isFailed ? failureOf(outcome, body) : undefined;
  return { id, via, inputTokens, outputTokens, usd: isFailed ? (paid ?? 0) : paid, failure };
}

function failureOf(outcome: Outcome, body: unknown): string {
  if (outcome.kind === 'failed') return `${outcome.code}: ${outcome.message}`;
  return `${outcome.status}: ${stringMember(body, 'error', 'message') ?? ''}`;
}
