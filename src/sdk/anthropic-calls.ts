import { callIdOf, newCallNumber } from '../model/call-id.ts';
import { isObject, parseJson } from '../model/json.ts';
import type {
  AnthropicClient,
  MessageOptions,
  MessageRequest,
  SendNext,
} from './anthropic-client.ts';
import type { Attempt } from './attempt.ts';
import type { ClientPipeline } from './client-pipeline.ts';
import { callText, endsRefused } from './outer-retries.ts';
import { refusalOr, refusedAttempt, sent } from './resend.ts';
import { callerCounts, countResends, isFirst } from './retry-count.ts';

/** One call of a client, whose pipeline is loaded. */
interface LimitedCall {
  readonly client: AnthropicClient;
  readonly pipeline: ClientPipeline;
  readonly options: MessageOptions;
}

/** Queues an attempt of the SDK, and resends it after a refusal. */
export async function sendInTurn(
  { client, pipeline, options }: LimitedCall,
  request: MessageRequest,
  next: SendNext,
): Promise<Response> {
  const { method, path } = options;
  const described = { method, path, body: bodyOf(client, request, options) };
  const call = pipeline.ready.describe(described);
  if (call === undefined) return next(request);
  const signal = options.signal ?? undefined;
  const mayRetry = allowsRetries(client, options) && typeof request.body === 'string';
  const counts = countsOf(options, request.headers);
  const count = counter(client, request, options);
  count(counts.resends);
  const { outerRetries } = pipeline.ready;
  if (mayRetry) counts.end ??= outerRetries.begin(() => callText(path, described.body));
  let earlier: Attempt | undefined;
  for (;;) {
    const attempt = ++counts.attempts;
    const previous = refusedAttempt(counts.last);
    const question = undefined;
    const { callId } = counts;
    const hooked = { ...described, signal, mayRetry, question, callId, attempt };
    const admitted = await pipeline.ready
      .admit(hooked, call, { earlier, previous })
      .catch((error) => {
        ended(counts, endsRefused(error, previous));
        return refusalOr(error, previous);
      });
    if (admitted instanceof Response) return admitted;
    counts.last = admitted;
    const lowered = loweredRequest(path, request, admitted);
    const response = await admitted.receive(
      await sent(admitted, () => pipeline.sending(() => next(lowered))),
    );
    if (admitted.refusals.again === undefined) {
      ended(counts, endsRefused(undefined, admitted));
      return response;
    }
    counts.resends++;
    count(1);
    earlier = admitted;
  }
}

/** The request, with its output lowered if the attempt says so. */
function loweredRequest(path: string, request: MessageRequest, attempt: Attempt): MessageRequest {
  if (!attempt.isLowered || typeof request.body !== 'string') return request;
  const body: unknown = parseJson(request.body);
  return { ...request, body: JSON.stringify(attempt.lowered(path, body)) };
}

/** Adds to the request's retry count, unless the caller sets that header. */
function counter(
  client: AnthropicClient,
  { headers }: MessageRequest,
  options: MessageOptions,
): (resends: number) => void {
  if (callerCounts(options.headers, client._options?.defaultHeaders)) return () => {};
  return (resends) => countResends(headers, resends);
}

function allowsRetries(client: AnthropicClient, { maxRetries }: MessageOptions): boolean {
  return (maxRetries ?? client.maxRetries) > 0;
}

/** All attempts of a call so far, and those of them that we made. */
interface Counts {
  /** Its name in events. */
  readonly callId: string;
  attempts: number;
  resends: number;
  /** The last of them. */
  last: Attempt | undefined;
  /** Told of its end, once. */
  end?: (isGivenUp: boolean) => void;
}

function ended(counts: Counts, isGivenUp: boolean): void {
  counts.end?.(isGivenUp);
  counts.end = () => {};
}

/** By the options: the SDK's retries of a call share them, but the caller's next call may as well. */
const counted = new WeakMap<object, Counts>();

function countsOf(options: MessageOptions, headers: Headers): Counts {
  const known = counted.get(options);
  if (known !== undefined && !isFirst(headers)) return known;
  const counts = { callId: callIdOf(newCallNumber()), attempts: 0, resends: 0, last: undefined };
  counted.set(options, counts);
  return counts;
}

/**
 * The body as it will be sent. With middleware it is parsed from the text, which may have been
 * rewritten (for another model, say). Without, the caller's object saves the parsing.
 */
function bodyOf(
  client: AnthropicClient,
  { body }: MessageRequest,
  options: MessageOptions,
): unknown {
  const mayBeRewritten = client.middleware.length > 0 || (options.middleware?.length ?? 0) > 0;
  if (!mayBeRewritten && isObject(options.body)) return options.body;
  return typeof body === 'string' ? (parseJson(body) ?? options.body) : options.body;
}
