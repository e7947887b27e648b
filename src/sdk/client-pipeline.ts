import type { Destination } from '../providers/provider-for.ts';
import { asAdmitted } from './admitted.ts';
import type { CallPipeline, CallPipelineOptions } from './call-pipeline.ts';

/** The pipeline of one client. Its code is half of the package, and is loaded with the first call. */
export class ClientPipeline {
  readonly #options: CallPipelineOptions;
  readonly #destination: () => Destination;
  #pipeline: CallPipeline | undefined;
  #loading: Promise<CallPipeline> | undefined;

  /** `destination` is called for each request, because a client's base URL may change. */
  constructor(options: CallPipelineOptions, destination: () => Destination) {
    this.#options = options;
    this.#destination = destination;
  }

  /** Once it is loaded. @throws before that */
  get ready(): CallPipeline {
    if (this.#pipeline === undefined) throw new Error('The code for calls is not loaded yet');
    return this.#pipeline;
  }

  /** At once, from the second call on. Rejects where the code can't be loaded; the next call tries again. */
  load(): CallPipeline | Promise<CallPipeline> {
    return this.#pipeline ?? this.#load();
  }

  /** One promise for all calls that wait for it, so that they keep their order. */
  #load(): Promise<CallPipeline> {
    this.#loading ??= this.#loaded().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loaded(): Promise<CallPipeline> {
    const { limiter } = this.#options;
    const { CallPipeline } = await limiter.loaded(() => import('./call-pipeline.ts'));
    if (limiter.opening !== undefined) await limiter.opening;
    this.#pipeline ??= new CallPipeline(this.#options, this.#destination);
    return this.#pipeline;
  }

  /** Sends an admitted request: the limiter's own `fetch` doesn't count it again. */
  sending<R>(send: () => Promise<R>): Promise<R> {
    return asAdmitted(this.#options.limiter, send);
  }
}
