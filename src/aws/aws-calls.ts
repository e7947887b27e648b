import { HeadroomError } from '../errors.ts';
import { type CallTarget, FetchCall } from '../fetch/fetch-call.ts';
import { globalFetch } from '../fetch/global-fetch.ts';
import { protocolIn } from '../fetch/limited-fetch.ts';
import type { OutgoingRequest } from '../fetch/outgoing-request.ts';
import { PassingRequests } from '../fetch/passing-requests.ts';
import { Pipelines } from '../fetch/pipelines.ts';
import { field } from '../model/json.ts';
import type { CallPipelineOptions } from '../sdk/call-pipeline.ts';
import { callText, endsRefused, OuterRetries } from '../sdk/outer-retries.ts';
import { loadEstimator } from '../tokens/estimate.ts';
import { loadNativePrompts } from '../tokens/late-native-prompts.ts';
import { type AwsCall, CALL } from './aws-call.ts';
import { type AwsArgs, type AwsNext, AwsPass, type AwsResult, PASS } from './aws-pass.ts';
import { type AwsRequest, awsOutgoing, awsTarget } from './aws-request.ts';

/** `of`: the client without limits, of one that is limited. */
type Send = ((...sent: unknown[]) => unknown) & { readonly of?: AwsClient };
type Middleware = (next: AwsNext) => AwsNext;

/** The parts of a client of AWS's SDK that the hooks rely on. */
export interface AwsClient {
  readonly config: object;
  readonly middlewareStack: AwsStack;
  readonly send: Send;
}

interface AwsStack {
  add(middleware: Middleware, options: object): void;
  addRelativeTo(middleware: Middleware, options: object): void;
  clone(): AwsStack;
}

/** An attempt at a call to a model. */
interface Described {
  readonly call: AwsCall;
  readonly target: CallTarget;
  readonly request: AwsRequest;
}

/** For each limited client. */
const known = new WeakMap<AwsClient, AwsCalls>();

/** Sends what a limited client is to send. The first time, hooks into it. */
export async function sendLimited(
  client: AwsClient,
  options: CallPipelineOptions,
  sent: readonly unknown[],
): Promise<unknown> {
  await Promise.all([loadEstimator(), loadNativePrompts()]);
  const calls = known.get(client) ?? new AwsCalls(client, options);
  known.set(client, calls);
  return calls.send(sent);
}

/** As the client without limits sends. */
function bareSend({ send }: AwsClient): Send {
  return send.of === undefined ? send : bareSend(send.of);
}

/**
 * The calls of one client. An attempt waits before it is signed, because signatures lapse after five
 * minutes, and its response is metered before the client reads it.
 */
class AwsCalls {
  readonly #client: AwsClient;
  readonly #options: CallPipelineOptions;
  readonly #pipelines: Pipelines;
  readonly #passing = new PassingRequests();
  readonly #outer: OuterRetries;
  /** Of the call that is being sent in this turn. */
  #signal: AbortSignal | undefined;

  constructor(client: AwsClient, options: CallPipelineOptions) {
    this.#client = client;
    this.#options = options;
    this.#pipelines = new Pipelines(options);
    this.#outer = new OuterRetries(options.limiter.clock);
    const { middlewareStack: stack } = client;
    const name = (of: string): object => ({ name: `headroom${of}`, override: true });
    stack.add(this.#begin, { ...name('Call'), step: 'initialize', priority: 'high' });
    const before = (toMiddleware: string): object => ({ relation: 'before', toMiddleware });
    stack.addRelativeTo(this.#whole, { ...name('Whole'), ...before('retryMiddleware') });
    // Its name in older versions too.
    stack.addRelativeTo(this.#attempt, { ...name('Attempt'), ...before('awsAuthMiddleware') });
    stack.add(this.#answer, { ...name('Answer'), step: 'deserialize', priority: 'low' });
  }

  send(sent: readonly unknown[]): unknown {
    const signal = field(sent[1], 'abortSignal');
    this.#signal = isSignal(signal) ? signal : undefined;
    try {
      return bareSend(this.#client).apply(this.#client, [...sent]);
    } finally {
      this.#signal = undefined;
    }
  }

  /** The first of all, in the same turn as `send`. */
  readonly #begin: Middleware = (next) => (args) => {
    const call: AwsCall = { signal: this.#signal, attempts: { made: 0 } };
    return next({ ...args, [CALL]: call });
  };

  /** Around the client's retries. */
  readonly #whole: Middleware = (next) => async (args) => {
    const end = this.#outer.begin(
      () => args.request && callText(args.request.path, textOf(args.request)),
    );
    try {
      const result = await next(args);
      const failure = args[CALL]?.failure;
      if (failure !== undefined) throw failure.error;
      end(false);
      return result;
    } catch (error) {
      const isRefused = endsRefused(error, undefined) || statusOf(error) === 429;
      end(isRefused && (await this.#mayRetry()));
      throw error;
    }
  };

  /** Within them, before the signature. */
  readonly #attempt: Middleware = (next) => async (args) => {
    const { request, [CALL]: call } = args;
    const target = request && awsTarget(request, call?.signal);
    if (call === undefined || request === undefined || target === undefined) return next(args);
    const protocol = protocolIn(target);
    if (protocol !== undefined) {
      return this.#limited({ call, target: { ...target, protocol }, request }, args, next);
    }
    this.#passing.note(target, target.url, { body: request.body ?? null });
    return next(args);
  };

  /** Between the request handler and what reads responses. */
  readonly #answer: Middleware = (next) => async (args) => {
    const result = await next(args);
    await args[PASS]?.received(result.response);
    return result;
  };

  async #limited(
    { call, target, request }: Described,
    args: AwsArgs,
    next: AwsNext,
  ): Promise<AwsResult> {
    const passes: AwsPass[] = [];
    const sent = await awsOutgoing(request, (signable) => {
      const pass = new AwsPass({ ...args, request: signable }, next, () => answer);
      passes.push(pass);
      return pass.response;
    });
    const answer = this.#call(call, target, sent, await this.#mayRetry()).answer();
    let isFinal = false;
    try {
      const { headers } = await answer;
      isFinal = headers.get('x-should-retry') === 'false';
      return await (passes.at(-1)?.result ?? next(args));
    } catch (error) {
      isFinal ||= error instanceof HeadroomError || call.signal?.aborted === true;
      if (isFinal) return failedForGood(call, error);
      throw error;
    }
  }

  #call(
    { attempts }: AwsCall,
    target: CallTarget,
    request: OutgoingRequest,
    retries: boolean,
  ): FetchCall {
    const { limiter } = this.#options;
    const pipeline = this.#pipelines.of(target.url, target.protocol);
    const how = { fetch: globalFetch, retries, limiter, attempts };
    return new FetchCall(target, request, pipeline, how);
  }

  /** `maxAttempts: 1` is obeyed: a refusal goes to the caller. */
  async #mayRetry(): Promise<boolean> {
    const most = field(this.#client.config, 'maxAttempts');
    return typeof most !== 'function' || (await most()) > 1;
  }
}

/** The web's, of whichever realm; AWS's own, of former versions, can't be asked. */
function isSignal(value: unknown): value is AbortSignal {
  return typeof field(value, 'throwIfAborted') === 'function';
}

function textOf({ body }: AwsRequest): unknown {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
}

/** Of the response, in an error of the client's. */
function statusOf(error: unknown): unknown {
  return field(field(error, '$metadata'), 'httpStatusCode');
}

/** To the client's retries it is a success. What is around them throws the error. */
function failedForGood(call: AwsCall, error: unknown): AwsResult {
  call.failure = { error };
  return { output: { $metadata: {} } };
}
