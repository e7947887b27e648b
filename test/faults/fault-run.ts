import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import type { Store } from '../../src/shared/store.ts';
import type { VirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { described, inNoTime } from '../sdk/bench.ts';
import { type AnyClient, anthropicSdks, type EachSdk, type Fetch, openai7 } from '../sdk/sdks.ts';
import { all } from '../sdk/side-by-side.ts';
import { type Fault, well } from './fault-list.ts';
import { answerText, type Form } from './wires.ts';

/** A caller gives a call up after so long. */
const PATIENCE_MS = 30_000;
const LATENCY_MS = 200;
/** So many calls follow the one that went wrong, at once. */
export const LATER_CALLS = 5;
/** After so long all that was taken of a minute's limits is back. */
const BACK_MS = 150_000;

/** What a call came to: what its caller's code sees. */
export type Seen = readonly [how: 'ok' | 'failed', value: unknown];

export interface FaultRun {
  readonly bare: Seen;
  readonly limited: Seen;
  /** Requests that the one call made. */
  readonly requests: { readonly bare: number; readonly limited: number };
  /** How long the calls after it waited, at most; infinite where one failed. */
  readonly laterMs: number;
  readonly left: { readonly inFlight: number; readonly queued: number };
  /** Requests that arrived, and those that the lane has counted. */
  readonly sent: number;
  readonly counted: number;
  /** Of each limit that was given, the share that is left when all is over. */
  readonly back: readonly number[];
  /** US dollars that a budget still holds for calls. */
  readonly reservedUsd: number;
}

const SDKS = {
  openai: openai7 as unknown as EachSdk,
  anthropic: anthropicSdks.at(-1)! as unknown as EachSdk,
};
const LIMITS = {
  openai: { rpm: 600, tpm: 100_000 },
  anthropic: { rpm: 600, itpm: 100_000, otpm: 20_000 },
};

/** One call that goes wrong, bare and limited, and what comes after it. */
export async function runFault(
  fault: Fault,
  form: Form,
  clock: VirtualClock,
  store: Store | undefined,
): Promise<FaultRun> {
  const bare = server(fault, form, clock);
  const alone = inNoTime(SDKS[form.wire].make({ fetch: bare.fetch }), clock);
  const bareSeen = await clock.run(call(alone, form, clock, 0));
  const { limiter, client, served } = limitedClient(fault, form, clock, store);
  const limitedSeen = await clock.run(call(client, form, clock, 0));
  const requests = { bare: bare.count(), limited: served.count() };
  const from = clock.now();
  const later = await clock.run(
    Promise.all(
      Array.from({ length: LATER_CALLS }, async () => {
        const [how] = await call(client, form, clock, 2, 3_600_000);
        return how === 'ok' ? clock.now() - from : Number.POSITIVE_INFINITY;
      }),
    ),
  );
  await clock.advance(BACK_MS);
  const [lane] = limiter.snapshot();
  const run: FaultRun = {
    bare: bareSeen,
    limited: limitedSeen,
    requests,
    laterMs: Math.max(...later),
    left: { inFlight: lane?.inFlight ?? 0, queued: lane?.queued ?? 0 },
    sent: served.count(),
    counted: lane?.totals.calls ?? 0,
    back: lane?.limits.map(({ remaining, max }) => remaining / max) ?? [],
    reservedUsd: limiter.spending()[0]?.reservedUsd ?? 0,
  };
  limiter.close();
  return run;
}

function limitedClient(
  fault: Fault,
  form: Form,
  clock: VirtualClock,
  store: Store | undefined,
): { limiter: RateLimiter; client: AnyClient; served: ReturnType<typeof server> } {
  const served = server(fault, form, clock);
  const options: RateLimiterOptions = {
    clock,
    store,
    limits: LIMITS[form.wire],
    headroom: 0,
    budget: { usdPerDay: 5 },
  };
  const limiter = createRateLimiter(options);
  const sdk = SDKS[form.wire];
  const client = withRateLimit(sdk.make({ fetch: served.fetch }), { limiter });
  return { limiter, client: inNoTime(client, clock), served };
}

/** Answers the first request as the fault says, and all others well. */
function server(fault: Fault, form: Form, clock: VirtualClock) {
  let count = 0;
  const fetch: Fetch = async (input, init) => {
    const isFirst = count++ === 0;
    const asked = await new Request(input, init).text();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, LATENCY_MS));
    init?.signal?.throwIfAborted();
    if (!isFirst) return well(form, answerText(form, asked));
    return untilAborted(await fault.answer(form, asked), init?.signal);
  };
  return { fetch, count: () => count };
}

/** As with `fetch`: a body breaks when its request is aborted. */
function untilAborted(response: Response, signal: AbortSignal | null | undefined): Response {
  if (response.body === null || signal == null) return response;
  return new Response(response.body.pipeThrough(new TransformStream(), { signal }), response);
}

async function call(
  client: AnyClient,
  form: Form,
  clock: VirtualClock,
  maxRetries: number,
  patienceMs = PATIENCE_MS,
): Promise<Seen> {
  const abort = new AbortController();
  const cancel = clock.setTimeout(() => abort.abort(), patienceMs);
  const { ask, stream } = SDKS[form.wire];
  const options = { maxRetries, signal: abort.signal };
  try {
    const made = form.isStream ? all(await stream(client, options)) : ask(client, options);
    return ['ok', plain(await made)];
  } catch (error) {
    return ['failed', plain(described(error))];
  } finally {
    cancel();
  }
}

/** As JSON, which is what a caller can tell apart. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
