import type { Protocol } from '../providers/protocol-name.ts';
import { deploymentIn } from '../providers/request-path.ts';
import { CallPipeline, type CallPipelineOptions } from '../sdk/call-pipeline.ts';

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
    const destination = { sdk: protocol, baseURL: url.origin, azure };
    const pipeline = new CallPipeline(this.#options, () => destination);
    if (this.#known.size >= MOST_PIPELINES) this.#known.clear();
    this.#known.set(key, pipeline);
    return pipeline;
  }
}
