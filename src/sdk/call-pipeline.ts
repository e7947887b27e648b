import type { CallLimiter } from '../call-limiter.ts';
import type { Caller } from '../callers/caller.ts';
import { type CallerContext, presentCaller } from '../callers/run-as.ts';
import type { Lane } from '../lane/lane.ts';
import type { LaneCall } from '../lane/lane-call.ts';
import type { LaneKey } from '../lane/lane-registry.ts';
import type { Call, Request } from '../model/call.ts';
import { type ChargeRule, type Charges, reservedBy } from '../model/charge.ts';
import type { Cost } from '../model/limits.ts';
import type { CallEstimate, TokenEstimate, Usage } from '../model/usage.ts';
import { knownPrice } from '../providers/known-price.ts';
import { pricedFor } from '../providers/priced.ts';
import type { Provider } from '../providers/provider.ts';
import type { Destination } from '../providers/provider-for.ts';
import { usdOf } from '../providers/usd-of.ts';
import { AbortHub } from '../queue/abort-hub.ts';
import { SUSPECT } from '../rules/recovery.ts';
import type { Costs } from '../rules/ticket.ts';
import type { Estimated } from '../tokens/calibration/calibration.ts';
import type { CustomEstimator } from '../tokens/custom-estimate.ts';
import { estimateCall } from '../tokens/estimate.ts';
import type { RemoteCounter } from '../tokens/remote-count.ts';
import { laneKeyOf, type Upstream, upstreamAt } from '../upstream.ts';
import { accountTierOf, callerTierOf, type TierOptions } from './account-tier.ts';
import { Attempt } from './attempt.ts';
import { leastOutput, mostOutput } from './lowered-output.ts';
import { UsageHabits, type UsageQuestion } from './usage-habits.ts';

/** How to limit the calls of one wrapped client. */
export interface CallPipelineOptions extends TierOptions {
  readonly limiter: CallLimiter;
  /** Key, priority and so on of its calls. `runAs` overrides them. */
  readonly caller: Omit<CallerContext, 'tier'>;
  /** The user's own estimator. */
  readonly estimate: CustomEstimator | undefined;
  /** Asks the provider to count tokens. */
  readonly count: RemoteCounter | undefined;
}

/** One attempt of a client, as its hook sees it. */
export interface HookedRequest extends Request {
  readonly signal: AbortSignal | undefined;
  readonly mayRetry: boolean;
  readonly question: UsageQuestion | undefined;
  /** The attempt that this one repeats. */
  readonly earlier: Attempt | undefined;
  /** The call's attempt before, if that was refused: also where the SDK sends it again. */
  readonly previous: Attempt | undefined;
  /** 1 for the first. */
  readonly attempt: number;
  /** Its name in events: that of its call. */
  readonly callId: string;
  /** Its body can't be changed: its output isn't lowered. */
  readonly isFixed?: boolean | undefined;
}

/** A request that is ready to be queued. */
interface PreparedCall extends HookedRequest {
  readonly context: CallerContext;
  readonly caller: Caller;
  readonly laneKey: LaneKey;
  readonly provider: Provider;
  readonly estimate: Estimated;
  /** Called when the call asks its lane. */
  readonly onPrepared: () => void;
}

const NOTHING_YET: TokenEstimate = { inputTokens: 0, outputTokens: 0 };

/** A shorter wait is only pacing: the call's output isn't lowered to avoid it. */
const PACING_WAIT_MS = 1000;

/** A call that is refused again and again lets all others of its caller go first. */
const LAST = Number.MIN_SAFE_INTEGER;

/** The call as its lane sees it. */
function laneCall(lane: Lane, asked: PreparedCall, call: Call): LaneCall {
  const { context, caller, provider, estimate, signal, earlier, previous } = asked;
  const { onLimit, maxWaitMs } = context;
  const { maxOutputTokens } = call;
  const outputTokens = Math.min(estimate.outputTokens, maxOutputTokens ?? Number.POSITIVE_INFINITY);
  const costsFor = (output: number, rule: ChargeRule | undefined) => {
    const expected = { ...estimate, outputTokens, expectedOutputTokens: output };
    const costs = costsOf(provider, lane, call, expected, rule);
    if (estimate.firmInputTokens === estimate.inputTokens || lane.fits(costs.cost)) {
      return { output, rule, ...costs };
    }
    return { output, rule, ...costsOf(provider, lane, call, firmly(expected), rule) };
  };
  let known = costsFor(estimate.expectedOutputTokens, lane.chargeRule);
  const { cost, own: ownCost, charges } = known;
  const costNow = (): Costs => {
    const output = estimate.expectedNow();
    const rule = lane.chargeRule;
    if (output !== known.output || rule !== known.rule) known = costsFor(output, rule);
    return known;
  };
  const place = earlier?.reservation.admission.place;
  const mayWait = onLimit !== 'reject';
  const { expects } = provider;
  const { refusals = 0, firstRefusedAt: refusedAt } = previous ?? {};
  const priority = refusals < SUSPECT ? context.priority : LAST;
  const { callId, attempt } = asked;
  const before = { place, attempt, refusals, refusedAt, notBefore: earlier?.retryAt };
  const costs = { cost, ownCost, costNow, charges };
  return { ...costs, callId, expects, caller, priority, signal, maxWaitMs, mayWait, ...before };
}

/** Without what only the server knows, for which no call is rejected. */
function firmly(estimate: Estimated): Estimated {
  return { ...estimate, inputTokens: estimate.firmInputTokens };
}

/** By the limiter: clients that share one learn together. */
const habits = new WeakMap<CallLimiter, UsageHabits>();

function habitsOf(limiter: CallLimiter): UsageHabits {
  const known = habits.get(limiter) ?? new UsageHabits();
  habits.set(limiter, known);
  return known;
}

/** Estimates, queues and admits the requests of one client. */
export class CallPipeline {
  readonly #options: CallPipelineOptions;
  readonly #destination: () => Destination;
  readonly #aborts = new AbortHub();

  /** `destination` is called for each request, because a client's base URL may change. */
  constructor(options: CallPipelineOptions, destination: () => Destination) {
    this.#options = options;
    this.#destination = destination;
  }

  /** What the provider meters of a request; `undefined` if it isn't metered. */
  describe(request: Request): Call | undefined {
    return this.#upstream().provider.describe(request);
  }

  /** What is known of whether streams carry their usage. */
  get habits(): UsageHabits {
    return habitsOf(this.#options.limiter);
  }

  #upstream(): Upstream {
    return upstreamAt(this.#destination(), accountTierOf(this.#options) !== undefined);
  }

  /**
   * Waits until the request may be sent.
   * @throws HeadroomError if it is rejected; the signal's reason if that aborts first
   */
  async admit(request: HookedRequest, call: Call): Promise<Attempt> {
    const { limiter } = this.#options;
    // Read before the first await: later code may run outside of the caller's async context.
    const tier = callerTierOf(this.#options);
    const accountTier = accountTierOf(this.#options);
    const own = { ...this.#options.caller, ...(tier !== undefined && { tier }) };
    const context: CallerContext = { ...own, ...presentCaller() };
    const upstream = this.#upstream();
    if (limiter.opening !== undefined) await limiter.opening;
    const { calibration, clock } = limiter;
    const { estimate: custom, count: remote } = this.#options;
    const sources = { calibration, clock, custom, remote };
    const { path, body, signal } = request;
    const measured = { provider: upstream.provider.name, path, body, signal };
    const estimating = () => estimateCall(measured, sources);
    const keyFor = (estimate: TokenEstimate): LaneKey =>
      laneKeyOf(upstream, call, estimate, accountTier);
    // Nobody knows yet whether the input is a long one, which may have a lane of its own.
    const onPrepared = limiter.lane(keyFor(NOTHING_YET)).prepare();
    const fail = (error: unknown): never => {
      onPrepared();
      request.earlier?.budget.release();
      throw error;
    };
    const estimate = await this.#aborts.race(estimating, signal).catch(fail);
    const laneKey = keyFor(estimate);
    const admitting = async (): Promise<Attempt> => {
      const provider = pricedFor(upstream.provider, call.model, limiter);
      return limiter.as(context, (caller) => {
        const asked = { ...request, context, caller, laneKey, provider, estimate, onPrepared };
        return this.#reserve(
          asked,
          context.onLimit === 'degrade' && request.isFixed !== true
            ? this.#lowered(asked, call)
            : call,
        );
      });
    };
    return admitting().catch(fail);
  }

  /** Reserves the call's cost in the budget, waits for the lane, and returns the attempt. */
  async #reserve(asked: PreparedCall, call: Call): Promise<Attempt> {
    const { limiter } = this.#options;
    const { laneKey, estimate, earlier, previous, caller, provider, mayRetry, question } = asked;
    const { callId, path } = asked;
    const price = () => knownPrice(call.model, limiter.prices, 'A budget');
    const reserving =
      earlier?.budget ??
      limiter.reserveBudget(laneKey, { call, estimate: firmly(estimate), caller, callId, price });
    const budget = reserving instanceof Promise ? await reserving : reserving;
    const lane = limiter.lane(laneKey);
    asked.onPrepared();
    const waiting = lane.acquire(laneCall(lane, asked, call));
    const reservation = await waiting.catch((error: unknown) => {
      budget.release();
      throw error;
    });
    const { maxPauseMs, clock } = limiter;
    const { key } = caller;
    const found = { lane, provider, call, path, estimate, budget, key, mayRetry, question };
    const usd = (usage: Usage): number | undefined => usdOf(call.model, usage, limiter.prices);
    return new Attempt(
      reservation,
      { ...found, maxPauseMs, clock, usdOf: usd },
      previous ?? earlier,
    );
  }

  /**
   * The call with its output lowered to what fits now, if it would otherwise wait for tokens. A call
   * that can never pass is lowered to what can. The call stays as it is if too little output fits,
   * if it waits for something else, or if it waits only a moment.
   */
  #lowered(asked: PreparedCall, call: Call): Call {
    const { limiter } = this.#options;
    const lane = limiter.lane(asked.laneKey);
    const waitOf = (each: Call): number => lane.forecast(laneCall(lane, asked, each)).waitMs;
    const canPass = (each: Call): boolean => lane.canPass(laneCall(lane, asked, each));
    if (waitOf(call) <= PACING_WAIT_MS && canPass(call)) return call;
    const { maxOutputTokens } = call;
    const most = (fits: (each: Call) => boolean): number | undefined =>
      mostOutput(leastOutput(asked.body), maxOutputTokens, (output) =>
        fits({ ...call, maxOutputTokens: output }),
      );
    const isNow = (each: Call): boolean => waitOf(each) === 0;
    const lowered = most(isNow) ?? (canPass(call) ? undefined : most(canPass));
    if (lowered === undefined) return call;
    const { caller, callId } = asked;
    const { key } = caller;
    limiter.tellLowered(asked.laneKey, { callId, key, from: maxOutputTokens, to: lowered });
    return { ...call, maxOutputTokens: lowered, isLowered: true };
  }
}

/**
 * What to reserve of the lane's limits: by the rule that the server was found to charge by, or with
 * care. Of the caller's own limits, the tokens that the call may take.
 */
function costsOf(
  provider: Provider,
  lane: Lane,
  call: Call,
  estimate: CallEstimate,
  rule: ChargeRule | undefined,
): Costs & { readonly charges: Charges | undefined } {
  const own = costOf(provider, lane, call, estimate);
  const { charging } = provider;
  if (charging === undefined) return { cost: own, own, charges: undefined };
  const charges = charging.charges(estimate, call);
  const tokens = rule === undefined ? charging.careful(estimate, call) : reservedBy(rule, charges);
  return { cost: { ...own, tokens }, own, charges };
}

/**
 * The cost to reserve for a call. If the server gives back unused tokens, it includes the estimate's
 * margin, as long as the call fits with it: without headroom, the margin avoided 10 of 24 429s. If
 * the server doesn't, a margin would be lost: it cost 4 to 10 % of the limit and avoided 4 of 36
 * 429s, because the errors of many calls cancel out (simulated, 2026-11).
 */
function costOf(provider: Provider, lane: Lane, call: Call, estimate: CallEstimate): Cost {
  const bare = provider.charge(estimate, call);
  const { inputTokens, marginTokens = 0 } = estimate;
  if (provider.correction !== 'settled' || marginTokens === 0) return bare;
  const most = provider.charge({ ...estimate, inputTokens: inputTokens + marginTokens }, call);
  return lane.fits(most) ? most : bare;
}
