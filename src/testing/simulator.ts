import type { SimulatedBatch } from './batches/batch-api.ts';
import type { ListenOptions, RunningServer } from './http-server.ts';
import { incomingOf } from './incoming-request.ts';
import { callStats, type LogEntry, type SimulatorStats, statsByModel } from './log.ts';
import { hostsOf, type MswHttp, mswHandlers } from './msw.ts';
import {
  type ModelLimits,
  resolveLimits,
  resolveOptions,
  type SimulatorOptions,
} from './options.ts';
import { Server } from './server.ts';

/** A simulated provider's API with rate limits, in this process. */
export interface Simulator {
  /**
   * The API as a `fetch`, for a client's option `fetch`. Requests may go to any host. It obeys an
   * `AbortSignal` before the response, while waiting for it, and in the middle of its body.
   */
  readonly fetch: typeof globalThis.fetch;
  /** Every metered request since the start or the last `reset()`, in order of arrival. */
  readonly log: readonly LogEntry[];
  /** The batches since the start or the last `reset()`, in order of creation. */
  readonly batches: readonly SimulatedBatch[];
  /** Totals of the log. */
  stats(): SimulatorStats;
  /** Changes the limits from now on. Usage is kept. */
  setLimits(limits: ModelLimits): void;
  /** Forgets all usage and the log, and restarts the random numbers. Calls in flight go on. */
  reset(): void;
  /**
   * The API as request handlers for msw 3, which you install. With msw 3.0.5, a body that breaks off
   * looks complete, and a virtual clock doesn't wait for requests: to test `cut-stream` or exact times,
   * use `fetch` or `listen()` instead.
   *
   * @example
   * setupServer(...simulator.handlers({ http }));
   */
  handlers<Handler>(options: MswOptions<Handler>): Handler[];
  /**
   * The API as an HTTP server on 127.0.0.1, for clients in other processes too. Node, Deno and Bun
   * only. Under a virtual clock, give clients the server's own `fetch`, which keeps time exact.
   *
   * @example
   * const { url, close } = await simulator.listen();
   * const client = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1` });
   */
  listen(options?: ListenOptions): Promise<RunningServer>;
}

/** Options of `simulator.handlers`. */
export interface MswOptions<Handler> {
  /** msw's `http`. */
  http: MswHttp<Handler>;
  /** Requests to these URLs are answered. @default the provider's own hosts; any URL for `'compatible'` */
  url?: string | RegExp | undefined;
}

/**
 * Makes a simulated provider: it meters requests and tokens as the real one is believed to, and
 * answers in its formats, with its headers and its errors. `fetch`, `handlers` and `listen` share one
 * state. The same calls, clock and seed always give the same responses.
 *
 * @throws TypeError where an option is invalid.
 * @example
 * const clock = createVirtualClock();
 * const simulator = createSimulator({ clock, limits: { rpm: 3, tpm: 40_000 } });
 * const client = new OpenAI({ apiKey: 'any', fetch: simulator.fetch });
 */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const settings = resolveOptions(options);
  const server = new Server(settings);
  return {
    fetch: async (input, init) => {
      const { request, signal } = incomingOf(input, init);
      signal.throwIfAborted();
      return server.respond(request, signal);
    },
    get log() {
      return server.log;
    },
    get batches() {
      return server.batches;
    },
    stats: () => ({
      ...callStats(server.log),
      requests: server.requests,
      inFlight: server.inFlight,
      maxInFlight: server.maxInFlight,
      models: statsByModel(server.log),
    }),
    setLimits: (limits) => server.setLimits(resolveLimits(limits)),
    reset: () => server.reset(),
    handlers: ({ http, url }) => mswHandlers(server, http, url ?? hostsOf(settings.provider)),
    listen: async (listenOptions) => {
      const { listen } = await import('./http-server.ts');
      return listen(server, listenOptions);
    },
  };
}
