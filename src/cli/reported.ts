import { usageOf } from '../http/usage.ts';
import { parseJson, stringMember, textField } from '../model/json.ts';
import type { PriceTable } from '../model/price.ts';
import { BATCH_PRICE } from '../providers/batch-price.ts';
import { usdOf } from '../providers/usd-of.ts';
import type { ReportedResult } from '../report/report.ts';
import type { CallOutcome } from './result-line.ts';

/** A call that was recorded, as the report has it. */
export function reported(
  of: Pick<ReportedResult, 'id' | 'line'>,
  outcome: CallOutcome,
  how: {
    readonly via: 'live' | 'batch';
    readonly isFailed: boolean;
    readonly prices: PriceTable;
  },
): ReportedResult {
  const { via, isFailed, prices } = how;
  const body = outcome.kind === 'answered' ? parseJson(outcome.body) : undefined;
  const usage = usageOf(body);
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
  const price = via === 'batch' ? BATCH_PRICE : 1;
  const usd = usage && usdOf(textField(body, 'model'), usage, prices);
  const paid = usd === undefined ? undefined : usd * price;
  const failure = isFailed ? failureOf(outcome, body) : undefined;
  return { ...of, via, inputTokens, outputTokens, usd: isFailed ? (paid ?? 0) : paid, failure };
}

function failureOf(outcome: CallOutcome, body: unknown): string {
  if (outcome.kind === 'failed') return `${outcome.code}: ${outcome.message}`;
  return `${outcome.status}: ${stringMember(body, 'error', 'message') ?? ''}`;
}
