import type { Clock } from '../clock.ts';
import type { Call, Request } from '../model/call.ts';
import { callIdOf, newCallNumber } from '../model/call-id.ts';
import { field } from '../model/json.ts';
import { UNKNOWN_MODEL } from '../providers/call-body.ts';
import { withNamedModel } from '../providers/gateway-protocol.ts';
import { hostOfPreset } from '../providers/host.ts';
import { asMessages } from '../providers/native-path.ts';
import type { Protocol } from '../providers/protocol-name.ts';
import { asAdmitted } from '../sdk/admitted.ts';
import type { Attempt } from '../sdk/attempt.ts';
import type { CallPipeline } from '../sdk/call-pipeline.ts';
import { isFinal } from '../sdk/final-response.ts';
import { refusalOr, refusedAttempt, sent } from '../sdk/resend.ts';
import { asksForNoUsage, withUsage } from '../sdk/stream-usage.ts';
import { noteUnread } from '../sdk/uncounted.ts';
import type { UsageQuestion } from '../sdk/usage-habits.ts';
import { isFilled } from './filled-output.ts';
import type { FetchFunction, OutgoingRequest, Target } from './outgoing-request.ts';
import { timed } from './timed.ts';

/** How admitted requests are sent. */
export interface FetchCallOptions {
  /** Sends them. */
  readonly fetch: FetchFunction;
  /** Whether a call that is refused with 429 is sent again here. */
  readonly retries: boolean;
  /** The longest that an attempt may take from when it is sent until its response begins. */
  readonly timeoutMs?: number | undefined;
  /** Those before. @default none */
  readonly attempts?: CallAttempts;
}

/** What a call's attempts have in common, where something around them repeats a `FetchCall`. */
export interface CallAttempts {
  /** The call's name in events, once it has one. */
  callId?: string;
  made: number;
}

/** Where a call to a model goes, and in whose protocol. */
export interface CallTarget extends Target {
  readonly protocol: Protocol;
}

/** AWS signs a request's body: what is changed then is refused. */
const SIGNED = /^AWS4-/;

/** Bodies of Bedrock's `invoke`, which each maker words itself. */
const FOREIGN = /\/invoke\b/;

/** One call through a limited `fetch`: its attempts, until one has the caller's response. */
export class FetchCall {
  readonly #target: CallTarget;
  readonly #request: OutgoingRequest;
  readonly #pipeline: CallPipeline;
  readonly #options: FetchCallOptions & { readonly limiter: { readonly clock: Clock } };
  /** Whether its body must not be changed: it isn't JSON, or somebody has signed it. */
  readonly #isFixed: boolean;

  constructor(
    target: CallTarget,
    request: OutgoingRequest,
    pipeline: CallPipeline,
    options: FetchCallOptions & { readonly limiter: { readonly clock: Clock } },
  ) {
    this.#target = target;
    this.#request = request;
    this.#pipeline = pipeline;
    this.#options = options;
    const isSigned = SIGNED.test(target.headers.get('authorization') ?? '');
    const isForeign = target.protocol === 'converse' && FOREIGN.test(target.url.pathname);
    this.#isFixed = isSigned || isForeign || request.body.text === undefined;
  }

  /** @throws what `fetch` does, and HeadroomError where the call is rejected */
  async answer(): Promise<Response> {
    const call = this.#pipeline.describe(this.#described(this.#target.url.pathname));
    if (call === undefined || this.#isUnlikely(call)) return this.#plain();
    const question = this.#question(call);
    try {
      return await this.#attempts(call, question);
    } catch (error) {
      question?.failed();
      throw error;
    }
  }

  async #attempts(call: Call, question: UsageQuestion | undefined): Promise<Response> {
    const { signal } = this.#target;
    const { body } = this.#request;
    const mayRetry = this.#options.retries && body.isReplayable;
    const isRead = body.value !== undefined;
    if (body.isUnread) noteUnread(this.#target.url.hostname);
    const path = isRead ? this.#target.url.pathname : UNREAD;
    const described = this.#described(path);
    const { attempts = { made: 0 } } = this.#options;
    attempts.callId ??= callIdOf(newCallNumber());
    const { callId } = attempts;
    const setsNoMaximum = isFilled(this.#target, body.value);
    const how = { isFixed: this.#isFixed, setsNoMaximum };
    const asked = { ...described, signal, mayRetry, question, callId, ...how };
    let earlier: Attempt | undefined;
    for (;;) {
      const attempt = ++attempts.made;
      const previous = refusedAttempt(earlier);
      const admitted = await this.#pipeline
        .admit({ ...asked, attempt }, call, { earlier, previous })
        .catch((error) => this.#final(refusalOr(error, previous), previous));
      if (admitted instanceof Response) return admitted;
      const response = await admitted.receive(await this.#sent(admitted, question));
      if (admitted.refusals.again === undefined) return this.#final(response, admitted);
      earlier = admitted;
    }
  }

  /** The request in the words of its protocol's home, wherever it names its model. */
  #described(path: string): Request {
    const { method, headers } = this.#target;
    return withNamedModel(asMessages({ method, path, body: this.#request.body.value }), headers);
  }

  /** Sends one attempt, with the limiter's changes to its body. */
  #sent(attempt: Attempt, question: UsageQuestion | undefined): Promise<Response> {
    const { fetch, timeoutMs, limiter } = this.#options;
    const text = this.#text(attempt, question);
    return sent(attempt, () =>
      timed({ signal: this.#target.signal, timeoutMs, clock: limiter.clock }, (signal) =>
        asAdmitted(limiter, () => this.#request.send(fetch, { text, signal })),
      ),
    );
  }

  /** The body of an attempt; `undefined` if it is the caller's. */
  #text(attempt: Attempt, question: UsageQuestion | undefined): string | undefined {
    const { text, value } = this.#request.body;
    const { pathname } = this.#target.url;
    const lowered = !attempt.isLowered ? text : JSON.stringify(attempt.lowered(pathname, value));
    const asked = question?.isAsked === true ? withUsage(lowered) : lowered;
    return typeof asked === 'string' && asked !== text ? asked : undefined;
  }

  /** Whether we ask for the stream's usage; `undefined` where it is no streamed chat. */
  #question({ model }: Call): UsageQuestion | undefined {
    const { origin, pathname } = this.#target.url;
    const isStream = asksForNoUsage(pathname, this.#request.body.value);
    if (this.#isFixed || !isStream) return undefined;
    const baseURL = `${origin}${pathname.replace(/\/chat\/completions$/, '')}`;
    return this.#pipeline.habits.question(baseURL, model);
  }

  /** Tells an SDK not to repeat what was decided here, unless the retries are left to it. */
  #final(response: Response, attempt: Attempt | undefined): Response {
    const kind = attempt?.refusals.kind;
    const isForGood = kind === 'money' || kind === 'too-large';
    const isOurs = this.#options.retries || isForGood;
    // Such a response is a copy of ours, whose headers may be set.
    if (isFinal(response) && isOurs) response.headers.set('x-should-retry', 'false');
    return response;
  }

  /**
   * Whether it may as well be something else than a call to a model: many APIs have a path that ends in
   * `/messages`, `/chat` or `/responses`. One to a host that nobody knows names its model, or says what
   * it asks.
   */
  #isUnlikely({ model }: Call): boolean {
    const { protocol, url } = this.#target;
    if (model !== UNKNOWN_MODEL || hostOfPreset(url.hostname, protocol) !== undefined) return false;
    if (protocol !== 'openai') return true;
    const { value } = this.#request.body;
    return COMMON.test(url.pathname) && !ASKING.some((name) => field(value, name) !== undefined);
  }

  #plain(): Promise<Response> {
    return this.#request.send(this.#options.fetch, { text: undefined, signal: undefined });
  }
}

/** Of OpenAI's protocol, these paths may be anybody's. */
const COMMON =
  /(?<!\/chat)\/(?:completions|responses|embeddings|moderations|ocr|classifications|rerank|conversations\b.*)\/?$/;
const ASKING: readonly string[] = ['input', 'prompt', 'messages'];
/** No API has this path: a body that can't be read costs a request, and no tokens. */
const UNREAD = '';
