import type { Destination } from '../providers/provider-for.ts';
import { loadEstimator } from '../tokens/estimate.ts';
import { asAdmitted } from './admitted.ts';
import type { CallPipeline, CallPipelineOptions } from './call-pipeline.ts';

/** The pipeline of one client. Its code is half of the package, and is loaded with the first call. */
export class ClientPipeline {
  readonly options: CallPipelineOptions;
  readonly #destination: () => Destination;
  readonly #loadCalls: (() => Promise<void>) | undefined;
  #pipeline: CallPipeline | undefined;
  #loading: Promise<CallPipeline> | undefined;
  /** Calls that wait for it. */
  #waiting = 0;

  /**
   * `destination` is called for each request, because a client's base URL may change. `loadCalls`
   * loads what else its client needs for calls.
   */
  constructor(
    options: CallPipelineOptions,
    destination: () => Destination,
    loadCalls: (() => Promise<void>) | undefined,
  ) {
    this.#loadCalls = loadCalls;
    this.options = options;
    this.#destination = destination;
  }

  /** Once it is loaded. @throws before that */
  get ready(): CallPipeline {
    if (this.#pipeline === undefined) throw new Error('The code for calls is not loaded yet');
    return this.#pipeline;
  }

  /** Loads it: a limiter that is drained or closed now waits for the call that this begins. */
  begin(): void {
    if (this.#pipeline !== undefined) return;
    this.#loading ??= this.#load();
    // The call itself gets the error, from `with`.
    this.#loading.catch(() => {});
  }

  /** At once, from the second call on. Rejects where the code can't be loaded; the next call tries again. */
  load(): CallPipeline | Promise<CallPipeline> {
    return this.with((pipeline) => pipeline);
  }

  /** The same, and goes on in the same turn: who came first goes on first. */
  with<Result>(use: (pipeline: CallPipeline) => Result): Result | Promise<Result> {
    if (this.#pipeline !== undefined && this.#waiting === 0) return use(this.#pipeline);
    this.#waiting++;
    this.#loading ??= this.#load();
    // A `then` for each: it keeps the caller's async context.
    return this.#loading.then(
      (pipeline) => {
        this.#waiting--;
        return use(pipeline);
      },
      (error) => {
        this.#waiting--;
        throw error;
      },
    );
  }

  async #load(): Promise<CallPipeline> {
    const { limiter } = this.options;
    try {
      const [{ CallPipeline }] = await limiter.loaded(() =>
        Promise.all([import('./call-pipeline.ts'), loadEstimator(), this.#loadCalls?.()]),
      );
      if (limiter.opening !== undefined) await limiter.opening;
      this.#pipeline = new CallPipeline(this.options, this.#destination);
      return this.#pipeline;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }

  /** Sends an admitted request: the limiter's own `fetch` doesn't count it again. */
  sending<R>(send: () => Promise<R>): Promise<R> {
    return asAdmitted(this.options.limiter, send);
  }
}
