import type { Clock } from '../clock.ts';
import type { PresetHost } from '../presets/preset.ts';
import type { RemoteCounter } from '../tokens/remote-count.ts';
import type { Upstream } from '../upstream.ts';
import type { Admission } from './admission.ts';

/** Knows one SDK. The only place where its internals are touched. */
export interface ClientAdapter {
  /** The SDK's own provider: a host that nobody knows may stand before it. */
  readonly home: PresetHost;
  /** Whether `client` is one of this SDK's, in a version that can be hooked. */
  accepts(client: object): boolean;
  /** Where the client's calls go. */
  upstream(client: object): Upstream;
  /** Asks the provider to count a call's tokens, through `client` as it is. */
  counter(client: object, clock: Clock): RemoteCounter;
  /**
   * A client of the same class whose attempts pass `admission`; `client` stays as it is.
   * `rewrap` does the same to what `withOptions` of the result returns.
   */
  wrap(client: object, admission: Admission, rewrap: (client: object) => object): object;
}
