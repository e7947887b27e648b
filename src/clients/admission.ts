import { AbortHub } from '../abort-hub.ts';
import type { CustomEstimator } from '../estimate/custom-estimate.ts';
import { estimateCall } from '../estimate/estimate.ts';
import type { RemoteCounter } from '../estimate/remote-count.ts';
import type { Lane } from '../lane.ts';
import type { LaneKey, RateLimiter } from '../limiter.ts';
import type { Cost, Dimension, Shape } from '../limits.ts';
import type { PresetHost } from '../presets/preset.ts';
import { presetFor } from '../presets/preset-for.ts';
import type {
  Call,
  CallEstimate,
  Provider,
  Request,
  TokenEstimate,
} from '../providers/provider.ts';
import { Attempt } from './attempt.ts';

/** How the calls of one wrapped client are limited. */
export interface AdmissionOptions {
  readonly limiter: RateLimiter;
  readonly key: string | undefined;
  readonly priority: number | undefined;
  /** The account's tier at the provider. */
  readonly tier: string | number | undefined;
  /** The caller's own estimate. */
  readonly estimate: CustomEstimator | undefined;
  /** Asks the provider to count. */
  readonly count: RemoteCounter | undefined;
}

/** Where a client sends its calls, and whose rules apply there. */
export interface Upstream {
  readonly provider: Provider;
  readonly host: string;
  /** Whose published limits apply, where any do. */
  readonly presetHost: PresetHost | undefined;
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
    const { limiter, key, priority } = this.#options;
    const upstream = this.#upstream();
    const { provider } = upstream;
    const { signal, earlier, attempt } = request;
    const { calibration } = limiter;
    const sources = { calibration, custom: this.#options.estimate, remote: this.#options.count };
    const estimating = () => estimateCall({ provider: provider.name, ...request }, sources);
    const estimate = await this.#aborts.race(estimating, signal).catch((error: unknown) => {
      earlier?.charge.release();
      throw error;
    });
    const laneKey = this.#laneKey(upstream, call, estimate);
    const charge = earlier?.charge ?? limiter.charge(laneKey, { call, estimate, key });
    const lane = limiter.lane(laneKey);
    const ticket = earlier?.reservation.admission.ticket;
    const { expects } = provider;
    const cost = costOf(provider, lane, call, estimate);
    const waiting = lane.acquire({ cost, expects, key, priority, signal, ticket, attempt });
    const reservation = await waiting.catch((error: unknown) => {
      charge.release();
      throw error;
    });
    const { mayRetry, hidesUsage } = request;
    const { maxPauseMs, clock } = limiter;
    const context = {
      lane,
      provider,
      call,
      estimate,
      charge,
      key,
      mayRetry,
      hidesUsage,
      maxPauseMs,
      clock,
    };
    return new Attempt(reservation, context, earlier?.firstRefusedAt);
  }

  /** Models that share one limit share a lane; calls with a long input may have one of their own. */
  #laneKey(upstream: Upstream, { model }: Call, { inputTokens }: TokenEstimate): LaneKey {
    const { provider, host, presetHost } = upstream;
    const { tier } = this.#options;
    const preset = presetHost && presetFor({ host: presetHost, model, tier, inputTokens });
    const isLong = preset?.context === 'long';
    const family = `${preset?.family ?? model}${isLong ? ' (long context)' : ''}`;
    const { correction } = provider;
    const shape = (dimension: Dimension): Shape => provider.shape(dimension);
    return { host, model, family, shape, preset, learns: true, correction };
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
