import type { Clock } from '../clock.ts';
import type { PresetHost } from '../providers/host.ts';
import type { RemoteCounter } from '../tokens/remote-count.ts';
import type { Upstream } from '../upstream.ts';
import type { CallPipeline } from './call-pipeline.ts';

/** What we need to know of one SDK. Only its adapter touches the SDK's internals. */
export interface ClientAdapter {
  /** The SDK's own provider. An unknown host may be a gateway in front of it. */
  readonly home: PresetHost;
  /** The methods that a client must have. */
  readonly methods: readonly string[];
  /** Whether `client` is one of this SDK's, in a version that can be hooked. */
  accepts(client: object): boolean;
  /** Where the client's calls go. */
  upstream(client: object): Upstream;
  /** Asks the provider to count a call's tokens, through `client` as it is. */
  counter(client: object, clock: Clock): RemoteCounter;
  /**
   * Returns a client of the same class whose attempts pass through `pipeline`; `client` stays as it
   * is. `rewrap` wraps the clients that `withOptions` of the result returns.
   */
  wrap(client: object, pipeline: CallPipeline, rewrap: (client: object) => object): object;
}
