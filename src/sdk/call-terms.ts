import type { CallLimiter } from '../call-limiter.ts';
import type { CallerContext } from '../callers/run-as.ts';
import type { Lane } from '../lane/lane.ts';
import type { LaneKey } from '../lane/lane-key.ts';
import type { Call } from '../model/call.ts';
import type { TokenEstimate } from '../model/usage.ts';
import { type Presets, presetIn } from '../providers/preset-for.ts';
import { pricedFor } from '../providers/priced.ts';
import type { Provider } from '../providers/provider.ts';
import type { AbortHub } from '../queue/abort-hub.ts';
import type { Estimated } from '../tokens/calibration/call-estimate.ts';
import { type EstimateSources, estimateSoon } from '../tokens/estimate-call.ts';
import { laneKeyFor, publishedFor, type Upstream } from '../upstream.ts';
import type { HookedRequest } from './hooked-request.ts';

/** So many models of a client are kept in mind. */
const MOST_MODELS = 64;

/** The lane of the last call to a model, and the limits that are published for it. */
interface Known {
  readonly published: Presets | undefined;
  readonly preset: LaneKey['preset'];
  readonly key: LaneKey;
}

/** What the calls of a client have in common, as long as they go to one place for one caller. */
export class CallTerms {
  readonly limiter: CallLimiter;
  readonly upstream: Upstream;
  /** The client's, and what `runAs` says. */
  readonly context: CallerContext;
  readonly accountTier: string | number | undefined;
  readonly #sources: EstimateSources;
  readonly #aborts: AbortHub;
  readonly #keys = new Map<string, Known>();

  constructor(
    limiter: CallLimiter,
    upstream: Upstream,
    context: CallerContext,
    accountTier: string | number | undefined,
    sources: EstimateSources,
    aborts: AbortHub,
  ) {
    this.limiter = limiter;
    this.upstream = upstream;
    this.context = context;
    this.accountTier = accountTier;
    this.#sources = sources;
    this.#aborts = aborts;
  }

  /** Rejects, or throws, with the signal's reason as soon as that aborts. */
  estimate({ path, body, signal }: HookedRequest): Estimated | Promise<Estimated> {
    signal?.throwIfAborted();
    const measured = { provider: this.upstream.provider.name, path, body, signal };
    const estimate = estimateSoon(measured, this.#sources);
    if (!(estimate instanceof Promise) || signal === undefined) return estimate;
    return this.#aborts.race(() => estimate, signal);
  }

  /** Where limits are given in dollars, with what calls to the model cost. */
  provider(model: string): Provider {
    return pricedFor(this.upstream.provider, model, this.limiter);
  }

  keyOf(call: Call, { inputTokens }: TokenEstimate): LaneKey {
    const known = this.#keys.get(call.model);
    const published = known ? known.published : publishedFor(this.upstream, call, this.accountTier);
    const preset = published && presetIn(published, inputTokens);
    if (known !== undefined && known.preset === preset) return known.key;
    const key = laneKeyFor(this.upstream, call, preset);
    if (this.#keys.size >= MOST_MODELS) this.#keys.clear();
    this.#keys.set(call.model, { published, preset, key });
    return key;
  }

  laneOf(call: Call, estimate: TokenEstimate): Lane {
    return this.limiter.lane(this.keyOf(call, estimate));
  }
}
