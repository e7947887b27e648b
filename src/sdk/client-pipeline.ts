import type { Destination } from '../providers/provider-for.ts';
import { asAdmitted } from './admitted.ts';
import type { CallPipeline, CallPipelineOptions } from './call-pipeline.ts';

/** The pipeline of one client. Its code is half of the package, and is loaded with the first call. */
export class ClientPipeline {
  readonly #options: CallPipelineOptions;
  readonly #destination: () => Destination;
  #pipeline: CallPipeline | undefined;

  /** `destination` is called for each request, because a client's base URL may change. */
  constructor(options: CallPipelineOptions, destination: () => Destination) {
    this.#options = options;
    this.#destination = destination;
  }

  /** At once, from the second call on. Rejects where the code can't be loaded; the next call tries again. */
  load(): CallPipeline | Promise<CallPipeline> {
    return this.#pipeline ?? this.#loaded();
  }

  async #loaded(): Promise<CallPipeline> {
    const { limiter } = this.#options;
    const { CallPipeline } = await limiter.loaded(() => import('./call-pipeline.ts'));
    this.#pipeline ??= new CallPipeline(this.#options, this.#destination);
    return this.#pipeline;
  }

  /** Sends an admitted request: the limiter's own `fetch` doesn't count it again. */
  sending<R>(send: () => Promise<R>): Promise<R> {
    return asAdmitted(this.#options.limiter, send);
  }
}
