import type { PresetHost } from '../providers/host.ts';
import { hostOfPreset } from '../providers/host.ts';
import { HOMES, type Protocol } from '../providers/protocol.ts';
import { providerFor } from '../providers/provider-for.ts';
import { deploymentIn } from '../providers/request-path.ts';
import { accountTierOf } from '../sdk/account-tier.ts';
import { CallPipeline, type CallPipelineOptions } from '../sdk/call-pipeline.ts';
import type { Upstream } from '../upstream.ts';

export type PipelinesOptions = CallPipelineOptions;

/** So many hosts are remembered. */
const MOST_PIPELINES = 1000;

/** One pipeline for each host and protocol: what a URL says of where a call goes. */
export class Pipelines {
  readonly #options: PipelinesOptions;
  readonly #known = new Map<string, CallPipeline>();

  constructor(options: PipelinesOptions) {
    this.#options = options;
  }

  of(url: URL, protocol: Protocol): CallPipeline {
    const azure = protocol === 'openai' && deploymentIn(url.pathname) !== undefined;
    const key = `${protocol} ${url.origin} ${azure}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const pipeline = new CallPipeline(this.#options, () => this.#upstream(url, protocol, azure));
    if (this.#known.size >= MOST_PIPELINES) this.#known.clear();
    this.#known.set(key, pipeline);
    return pipeline;
  }

  #upstream({ origin, host, hostname }: URL, protocol: Protocol, azure: boolean): Upstream {
    return {
      provider: providerFor({ sdk: protocol, baseURL: origin, azure }),
      host,
      presetHost: hostOfPreset(hostname, protocol) ?? this.#home(protocol),
    };
  }

  /** On a host that nobody knows, an account's tier is one at the protocol's own provider. */
  #home(protocol: Protocol): PresetHost | undefined {
    return accountTierOf(this.#options) === undefined ? undefined : HOMES[protocol];
  }
}
