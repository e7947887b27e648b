import { isSuccess } from '../batch-api/vendor.ts';
import { field, isObject, member, parseJson, textField } from '../model/json.ts';
import type { BatchRequest } from './batch-line.ts';

/** What has become of a call: what the server said, or why it said nothing. */
export type CallOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly requestId: string;
      /** JSON, as the server sent it. */
      readonly body: string;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Outside of its strings, JSON may have newlines; a line may not. */
function onOneLine(json: string): string {
  return json.replace(/\s*[\r\n]\s*/g, ' ').trim();
}

/** The line that records a call, with its newline: in the format of its batch file. */
export function resultLine(
  request: Pick<BatchRequest, 'form' | 'customId'>,
  outcome: CallOutcome,
): string {
  const id = JSON.stringify(request.customId);
  if (request.form === 'anthropic') {
    return `{"custom_id":${id},"result":${anthropicResult(outcome)}}\n`;
  }
  if (outcome.kind === 'failed') {
    const error = JSON.stringify({ code: outcome.code, message: outcome.message });
    return `{"id":${id},"custom_id":${id},"response":null,"error":${error}}\n`;
  }
  const { status, requestId, body } = outcome;
  const head = `"status_code":${status},"request_id":${JSON.stringify(requestId)}`;
  const response = `{${head},"body":${onOneLine(body)}}`;
  return `{"id":${id},"custom_id":${id},"response":${response},"error":null}\n`;
}

function anthropicResult(outcome: CallOutcome): string {
  if (outcome.kind === 'answered') {
    const body = onOneLine(outcome.body);
    const isGood = isSuccess(outcome.status) && !saysError(parseJson(outcome.body));
    return isGood ? `{"type":"succeeded","message":${body}}` : `{"type":"errored","error":${body}}`;
  }
  const error = { type: 'error', error: { type: outcome.code, message: outcome.message } };
  return JSON.stringify({ type: 'errored', error });
}

/** What a line of the results says. `undefined` for one that isn't whole, or no result. Never throws. */
export function readResult(text: string): { customId: string; isFailed: boolean } | undefined {
  const line = parseJson(text);
  const customId = textField(line, 'custom_id');
  if (!isObject(line) || customId === '') return undefined;
  const type = member(line, 'result', 'type');
  if (type !== undefined) return { customId, isFailed: type !== 'succeeded' };
  // A line of requests has a `custom_id`, too.
  if (!('response' in line || 'error' in line)) return undefined;
  const isAnswered = isSuccess(member(line, 'response', 'status_code')) && !field(line, 'error');
  return { customId, isFailed: !isAnswered || saysError(member(line, 'response', 'body')) };
}

/** Whether an answer is an error, whatever its status: routers and responses that fail late have 200. */
function saysError(body: unknown): boolean {
  return Boolean(field(body, 'error'));
}

/** The beginning of each line that `resultLine` makes, and zeros that a power cut leaves. */
const HEADS = ['{"id":"', '{"custom_id":"', '\0'];

/** Whether text without a newline may be what is left of a line of results. */
export function isTornResult(text: string): boolean {
  if (parseJson(text) !== undefined) return false;
  return HEADS.some((head) => text.startsWith(head) || head.startsWith(text));
}
