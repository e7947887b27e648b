import type { CallLimiter } from '../call-limiter.ts';
import { type CallerContext, presentCaller } from '../callers/run-as.ts';
import type { Call, Request } from '../model/call.ts';
import { hostnameOf } from '../providers/base-url.ts';
import type { Destination } from '../providers/provider-for.ts';
import { AbortHub } from '../queue/abort-hub.ts';
import type { CustomEstimator } from '../tokens/custom-estimate.ts';
import type { RemoteCounter } from '../tokens/remote-count.ts';
import { type Upstream, upstreamAt } from '../upstream.ts';
import { accountTierOf, callerTierOf, type TierOptions } from './account-tier.ts';
import { AskingCall, type Settled } from './asking-call.ts';
import type { Attempt } from './attempt.ts';
import { CallTerms } from './call-terms.ts';
import type { Before, HookedRequest } from './hooked-request.ts';
import { OuterRetries } from './outer-retries.ts';
import { UsageHabits } from './usage-habits.ts';

/** How to limit the calls of one wrapped client. */
export interface CallPipelineOptions extends TierOptions {
  readonly limiter: CallLimiter;
  /** Key, priority and so on of its calls. `runAs` overrides them. */
  readonly caller: Omit<CallerContext, 'tier'>;
  /** The user's own estimator. */
  readonly estimate?: CustomEstimator | undefined;
  /** Asks the provider to count tokens. */
  readonly count?: RemoteCounter | undefined;
}

/** By the limiter: clients that share one learn together. */
const habits = new WeakMap<CallLimiter, UsageHabits>();

function habitsOf(limiter: CallLimiter): UsageHabits {
  const known = habits.get(limiter) ?? new UsageHabits();
  habits.set(limiter, known);
  return known;
}

/** The terms of the last call, and what they were made of. */
interface LastTerms {
  readonly terms: CallTerms;
  readonly present: CallerContext;
  readonly tier: string | undefined;
}

/** Where the last call went. */
interface KnownUpstream {
  readonly destination: Destination;
  readonly hasTier: boolean;
  readonly upstream: Upstream;
}

function isSame(one: Destination, other: Destination): boolean {
  return one.sdk === other.sdk && one.baseURL === other.baseURL && one.azure === other.azure;
}

/** Estimates, queues and admits the requests of one client. */
export class CallPipeline {
  readonly #options: CallPipelineOptions;
  readonly #destination: () => Destination;
  readonly #aborts = new AbortHub();
  /** Those around its client. */
  readonly outerRetries: OuterRetries;
  #last: LastTerms | undefined;
  #known: KnownUpstream | undefined;

  /** `destination` is called for each request, because a client's base URL may change. */
  constructor(options: CallPipelineOptions, destination: () => Destination) {
    this.#options = options;
    this.#destination = destination;
    this.outerRetries = new OuterRetries(options.limiter.clock);
  }

  /** What the provider meters of a request; `undefined` if it isn't metered. */
  describe(request: Request): Call | undefined {
    const call = this.#upstream().provider.describe(request);
    if (call === undefined) this.#noteUncounted(request);
    return call;
  }

  /** Few programs need its code. */
  #noteUncounted(request: Request): void {
    if (request.method.toUpperCase() === 'GET') return;
    const hostname = hostnameOf(this.#destination().baseURL);
    import('./uncounted.ts').then((code) => code.noteUncounted(hostname, request)).catch(() => {});
  }

  /** What is known of whether streams carry their usage. */
  get habits(): UsageHabits {
    return habitsOf(this.#options.limiter);
  }

  /** The last one, as nearly always: each call asks twice. */
  #upstream(): Upstream {
    const destination = this.#destination();
    const hasTier = accountTierOf(this.#options) !== undefined;
    const known = this.#known;
    if (known?.hasTier === hasTier && isSame(known.destination, destination)) return known.upstream;
    const upstream = upstreamAt(destination, hasTier);
    this.#known = { destination, hasTier, upstream };
    return upstream;
  }

  /**
   * Waits until the request may be sent.
   * @throws HeadroomError if it is rejected; the signal's reason if that aborts first
   */
  async admit(request: HookedRequest, call: Call, before: Before): Promise<Attempt> {
    // Read before the first await: later code may run outside of the caller's async context.
    const terms = this.#terms();
    const { opening } = this.#options.limiter;
    if (opening !== undefined) await opening;
    const { admitted } = await new Promise<AskingCall>((settle) =>
      new AskingCall(request, call, before, terms, settle).begin(),
    );
    return admitted;
  }

  /** The same, of an open limiter; tells `settled` of the end, which may be at once. */
  ask<R extends HookedRequest>(request: R, call: Call, before: Before, settled: Settled<R>): void {
    new AskingCall(request, call, before, this.#terms(), settled).begin();
  }

  #terms(): CallTerms {
    const present = presentCaller();
    const tier = callerTierOf(this.#options);
    const accountTier = accountTierOf(this.#options);
    const upstream = this.#upstream();
    const last = this.#last;
    if (last?.present === present && last.tier === tier) {
      const { terms } = last;
      if (terms.upstream === upstream && terms.accountTier === accountTier) return terms;
    }
    const { limiter, caller, estimate: custom, count: remote } = this.#options;
    const { calibration, clock } = limiter;
    const context = { ...caller, ...(tier !== undefined && { tier }), ...present };
    const sources = { calibration, clock, custom, remote };
    const terms = new CallTerms(limiter, upstream, context, accountTier, sources, this.#aborts);
    this.#last = { terms, present, tier };
    return terms;
  }
}
