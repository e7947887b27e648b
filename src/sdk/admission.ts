import type { Caller } from '../callers/caller.ts';
import { type CallerContext, presentCaller } from '../callers/run-as.ts';
import type { Lane } from '../lane/lane.ts';
import type { LaneCall } from '../lane/lane-call.ts';
import type { LaneKey } from '../lane/lanes.ts';
import type { RateLimiter } from '../limiter.ts';
import type { Call, Request } from '../model/call.ts';
import type { Cost } from '../model/limits.ts';
import type { CallEstimate } from '../model/usage.ts';
import type { Provider } from '../providers/provider.ts';
import { AbortHub } from '../queue/abort-hub.ts';
import type { Estimated } from '../tokens/calibration/calibration.ts';
import type { CustomEstimator } from '../tokens/custom-estimate.ts';
import { estimateCall } from '../tokens/estimate.ts';
import type { RemoteCounter } from '../tokens/remote-count.ts';
import { laneKeyOf, type Upstream } from '../upstream.ts';
import { Attempt } from './attempt.ts';
import { leastOutput, mostOutput } from './lowered-output.ts';

/** How the calls of one wrapped client are limited. */
export interface AdmissionOptions {
  readonly limiter: RateLimiter;
  /** Whose calls they are, and how they are treated, unless `runAs` says otherwise. */
  readonly caller: Omit<CallerContext, 'tier'>;
  /** The caller's, where it is one of the limiter's; else the account's at the provider. */
  readonly tier: string | number | undefined;
  /** The caller's own estimate. */
  readonly estimate: CustomEstimator | undefined;
  /** Asks the provider to count. */
  readonly count: RemoteCounter | undefined;
}

/** One request of a client, as its hook sees it. */
export interface HookedRequest extends Request {
  readonly signal: AbortSignal | undefined;
  readonly mayRetry: boolean;
  readonly hidesUsage: boolean;
  /** The attempt before this one, where it is to be sent again. */
  readonly earlier: Attempt | undefined;
  /** 1 for the first. */
  readonly attempt: number;
}

/** A request with all that is known of it before it waits. */
interface Asked extends HookedRequest {
  readonly context: CallerContext;
  readonly caller: Caller;
  readonly laneKey: LaneKey;
  readonly provider: Provider;
  readonly estimate: Estimated;
}

/** So short a wait is pacing, and no lack of room: no answer is cut short for that. */
const SOON_MS = 1000;

/** The call as its lane sees it. */
function laneCall(lane: Lane, asked: Asked, call: Call): LaneCall {
  const { context, caller, provider, estimate, signal, attempt, earlier } = asked;
  const { priority, onLimit, maxWaitMs } = context;
  const { maxOutputTokens } = call;
  const outputTokens = Math.min(estimate.outputTokens, maxOutputTokens ?? Number.POSITIVE_INFINITY);
  const costFor = (expectedOutputTokens: number): Cost =>
    costOf(provider, lane, call, { ...estimate, outputTokens, expectedOutputTokens });
  let known = {
    output: estimate.expectedOutputTokens,
    cost: costFor(estimate.expectedOutputTokens),
  };
  const { cost } = known;
  const costNow = (): Cost => {
    const output = estimate.expectedNow();
    if (output !== known.output) known = { output, cost: costFor(output) };
    return known.cost;
  };
  const ticket = earlier?.reservation.admission.ticket;
  const mayWait = onLimit !== 'reject';
  const { expects } = provider;
  return { cost, costNow, expects, caller, priority, signal, ticket, attempt, maxWaitMs, mayWait };
}

/** Lets the requests of one client through, each when its lane has room. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #upstream: () => Upstream;
  readonly #aborts = new AbortHub();

  /** `upstream` is asked for each request: a client's base URL may change. */
  constructor(options: AdmissionOptions, upstream: () => Upstream) {
    this.#options = options;
    this.#upstream = upstream;
  }

  /** What the provider meters of a request; `undefined` where it may pass uncounted. */
  describe(request: Request): Call | undefined {
    return this.#upstream().provider.describe(request);
  }

  /**
   * Waits for the request's turn.
   * @throws HeadroomError where it gets none; the signal's reason, when that aborts first
   */
  async admit(request: HookedRequest, call: Call): Promise<Attempt> {
    const { limiter } = this.#options;
    // Read at once: what follows may run outside of the caller's context.
    const { tier } = this.#options;
    const isCallers = typeof tier === 'string' && limiter.hasTier(tier);
    const own = { ...this.#options.caller, ...(isCallers && { tier }) };
    const context: CallerContext = { ...own, ...presentCaller() };
    const upstream = this.#upstream();
    const { calibration, clock } = limiter;
    const { estimate: custom, count: remote } = this.#options;
    const sources = { calibration, clock, custom, remote };
    const { path, body, signal } = request;
    const measured = { provider: upstream.provider.name, path, body, signal };
    const estimating = () => estimateCall(measured, sources);
    const fail = (error: unknown): never => {
      request.earlier?.charge.release();
      throw error;
    };
    const estimate = await this.#aborts.race(estimating, signal).catch(fail);
    const laneKey = laneKeyOf(upstream, call, estimate, isCallers ? undefined : tier);
    const admitting = async (): Promise<Attempt> => {
      const provider = limiter.priced(upstream.provider, call.model);
      return limiter.as(context, (caller) => {
        const asked = { ...request, context, caller, laneKey, provider, estimate };
        return this.#pass(asked, context.onLimit === 'degrade' ? this.#lowered(asked, call) : call);
      });
    };
    return admitting().catch(fail);
  }

  /** Reserves what the call may cost, waits for its turn, and makes it an attempt. */
  async #pass(asked: Asked, call: Call): Promise<Attempt> {
    const { limiter } = this.#options;
    const { laneKey, estimate, earlier, caller, provider, mayRetry, hidesUsage } = asked;
    const charging = earlier?.charge ?? limiter.charge(laneKey, { call, estimate, caller });
    const charge = charging instanceof Promise ? await charging : charging;
    const lane = limiter.lane(laneKey);
    const waiting = lane.acquire(laneCall(lane, asked, call));
    const reservation = await waiting.catch((error: unknown) => {
      charge.release();
      throw error;
    });
    const { maxPauseMs, clock } = limiter;
    const { key } = caller;
    const found = { lane, provider, call, estimate, charge, key, mayRetry, hidesUsage };
    return new Attempt(reservation, { ...found, maxPauseMs, clock }, earlier?.firstRefusedAt);
  }

  /**
   * The call with as much output as there is room for now, where it would have to wait for more than
   * that; as it is, where that is too little, or it waits for something else or a moment only. A call that could never pass
   * is lowered to what could.
   */
  #lowered(asked: Asked, call: Call): Call {
    const { limiter } = this.#options;
    const lane = limiter.lane(asked.laneKey);
    const waitOf = (each: Call): number => lane.forecast(laneCall(lane, asked, each)).waitMs;
    const canPass = (each: Call): boolean => lane.canPass(laneCall(lane, asked, each));
    if (waitOf(call) <= SOON_MS && canPass(call)) return call;
    const { maxOutputTokens } = call;
    const most = (fits: (each: Call) => boolean): number | undefined =>
      mostOutput(leastOutput(asked.body), maxOutputTokens, (output) =>
        fits({ ...call, maxOutputTokens: output }),
      );
    const isNow = (each: Call): boolean => waitOf(each) === 0;
    const lowered = most(isNow) ?? (canPass(call) ? undefined : most(canPass));
    if (lowered === undefined) return call;
    const { key } = asked.caller;
    limiter.tellLowered(asked.laneKey, { key, from: maxOutputTokens, to: lowered });
    return { ...call, maxOutputTokens: lowered, isLowered: true };
  }
}

/**
 * What is reserved for a call. Where the server gives back what a call has not used, that is with
 * the margin of the estimate, as long as the call fits with it: without headroom, that spared 10 of
 * 24 429s. Where the server doesn't, a margin is lost for good: it took 4 to 10 % of the limit and
 * spared 4 of 36, for the errors of many calls make up for each other (simulated, 2026-11).
 */
function costOf(provider: Provider, lane: Lane, call: Call, estimate: CallEstimate): Cost {
  const bare = provider.charge(estimate, call);
  const { inputTokens, marginTokens = 0 } = estimate;
  if (provider.correction !== 'settled' || marginTokens === 0) return bare;
  const most = provider.charge({ ...estimate, inputTokens: inputTokens + marginTokens }, call);
  return lane.fits(most) ? most : bare;
}
