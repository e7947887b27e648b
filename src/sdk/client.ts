import type { CallLimiter } from '../call-limiter.ts';
import type { PresetHost } from '../providers/host.ts';
import type { Destination } from '../providers/provider-for.ts';
import type { RemoteCounter } from '../tokens/remote-count.ts';
import type { ClientPipeline } from './client-pipeline.ts';

/** Of an SDK's `FinalRequestOptions`, what is read of each SDK's. */
export interface AttemptOptions {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly maxRetries?: number;
  readonly headers?: unknown;
}

/** What we need to know of one SDK. Only its adapter touches the SDK's internals. */
export interface ClientAdapter {
  /** The SDK's own provider. An unknown host may be a gateway in front of it. */
  readonly home: PresetHost;
  /** The methods that a client must have. */
  readonly methods: readonly string[];
  /** Whether `client` is one of this SDK's, in a version that can be hooked. */
  accepts(client: object): boolean;
  /** Where the client's calls go. */
  destination(client: object): Destination;
  /** Asks the provider to count a call's tokens, through `client` as it is. @default ours are taken */
  counter?(client: object, limiter: CallLimiter): RemoteCounter;
  /** Loads what its calls need, once, with the first of them. */
  loadCalls?(): Promise<void>;
  /**
   * Returns a client of the same class whose attempts pass through `pipeline`; `client` stays as it
   * is. `rewrap` wraps the clients that `withOptions` of the result returns.
   */
  wrap(client: object, pipeline: ClientPipeline, rewrap: (client: object) => object): object;
}
