import { getEventListeners } from 'node:events';
import { createRateLimiter, type RateLimiter } from '../../src/limiter.ts';
import type { RateLimiterOptions } from '../../src/options.ts';
import type { Store } from '../../src/shared/store.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { described, inNoTime, underWay } from '../sdk/bench.ts';
import { type AnyClient, anthropicSdks, type EachSdk, type Fetch, openai7 } from '../sdk/sdks.ts';
import { all } from '../sdk/side-by-side.ts';
import { type Fault, well } from './fault-list.ts';
import type { Machine } from './machine.ts';
import { answerText, type Form } from './wires.ts';

/** A caller gives a call up after so long. */
const PATIENCE_MS = 30_000;
const HOUR_MS = 3_600_000;
const LATENCY_MS = 200;
/** So many calls follow the one that went wrong, at once. */
export const LATER_CALLS = 5;
/** After so long all that was taken of a minute's limits is back. */
const BACK_MS = 150_000;

/** What a call came to: what its caller's code sees. */
export type Seen = readonly [how: 'ok' | 'failed', value: unknown];

export interface FaultRun {
  /** What each call came to that may go wrong. */
  readonly bare: readonly Seen[];
  readonly limited: readonly Seen[];
  /** What a call comes to where nothing goes wrong. */
  readonly well: Seen;
  /** Requests that these calls made. */
  readonly requests: { readonly bare: number; readonly limited: number };
  /** Listeners that are left at the signals of these calls. */
  readonly listeners: { readonly bare: number; readonly limited: number };
  /** Calls that waited or were under way when the machine fell asleep. */
  readonly asleepWith: number | undefined;
  /** How long the calls after them waited, at most; infinite where one failed. */
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

/** The calls that may go wrong, bare and limited, and what comes after them. */
export async function runFault(
  fault: Fault,
  form: Form,
  machine: Machine,
  store: Store | undefined,
): Promise<FaultRun> {
  const clock = machine.world;
  const bare = server(fault, form, machine);
  const alone = inNoTime(SDKS[form.wire].make({ fetch: bare.fetch }), clock);
  const [bareSeen, bareListeners] = await struck(fault, form, machine, alone);
  const bareCount = bare.count();
  const [well] = await struck({ name: 'nothing' }, form, machine, alone);
  const { limiter, client, served } = limitedClient(fault, form, machine, store);
  let asleepWith: number | undefined;
  if (fault.sleep !== undefined) {
    machine.setTimeout(() => {
      const { inFlight, queued } = underWay(limiter);
      asleepWith = inFlight + queued;
    }, fault.sleep.atMs);
  }
  const [limitedSeen, listeners] = await struck(fault, form, machine, client);
  const requests = { bare: bareCount, limited: served.count() };
  const from = clock.now();
  const later = await clock.run(
    Promise.all(
      Array.from({ length: LATER_CALLS }, async () => {
        const [how] = await call(client, form, machine, 2, HOUR_MS);
        return how === 'ok' ? clock.now() - from : Number.POSITIVE_INFINITY;
      }),
    ),
  );
  await clock.advance(BACK_MS);
  const [lane] = limiter.snapshot();
  const run: FaultRun = {
    bare: bareSeen,
    limited: limitedSeen,
    well: well[0]!,
    requests,
    listeners: { bare: bareListeners, limited: listeners },
    asleepWith,
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

/** Makes the calls that may go wrong, and waits until the fault is over. */
async function struck(
  { callsAt = [0], lastsMs = 0, sleep }: Partial<Fault>,
  form: Form,
  machine: Machine,
  client: AnyClient,
): Promise<[seen: Seen[], listeners: number]> {
  const patienceMs = callsAt.length > 1 || sleep !== undefined ? 2 * HOUR_MS : PATIENCE_MS;
  let listeners = 0;
  const calls = callsAt.map(async (atMs) => {
    if (atMs > 0) await machine.wait(atMs);
    return call(client, form, machine, 0, patienceMs, (left) => {
      listeners += left;
    });
  });
  const over = [
    ...(lastsMs > 0 ? [machine.wait(lastsMs)] : []),
    ...(sleep ? [machine.sleep(sleep)] : []),
  ];
  const [seen] = await machine.world.run(Promise.all([Promise.all(calls), ...over]));
  return [seen, listeners];
}

function limitedClient(
  fault: Fault,
  form: Form,
  machine: Machine,
  store: Store | undefined,
): { limiter: RateLimiter; client: AnyClient; served: ReturnType<typeof server> } {
  const served = server(fault, form, machine);
  const options: RateLimiterOptions = {
    clock: machine,
    store,
    limits: LIMITS[form.wire],
    headroom: 0,
    budget: { usdPerDay: 5 },
  };
  const limiter = createRateLimiter(options);
  const sdk = SDKS[form.wire];
  const client = withRateLimit(sdk.make({ fetch: served.fetch }), { limiter });
  return { limiter, client: inNoTime(client, machine.world), served };
}

/** Answers the first request, or those of a while, as the fault says, and all others well. */
function server({ answer, lastsMs }: Fault, form: Form, machine: Machine) {
  const from = machine.now();
  let count = 0;
  const fetch: Fetch = async (input, init) => {
    const isFirst = count++ === 0;
    const isHit = lastsMs === undefined ? isFirst : machine.now() - from < lastsMs;
    const asked = await new Request(input, init).text();
    await machine.wait(LATENCY_MS);
    init?.signal?.throwIfAborted();
    if (!isHit) return well(form, answerText(form, asked));
    return untilAborted(await answer(form, asked, machine), init?.signal);
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
  machine: Machine,
  maxRetries: number,
  patienceMs: number,
  tell: (listenersLeft: number) => void = () => {},
): Promise<Seen> {
  const abort = new AbortController();
  const cancel = machine.setTimeout(() => abort.abort(), patienceMs);
  const { ask, stream } = SDKS[form.wire];
  const options = { maxRetries, signal: abort.signal };
  try {
    const made = form.isStream ? all(await stream(client, options)) : ask(client, options);
    return ['ok', plain(await made)];
  } catch (error) {
    return ['failed', plain(described(error))];
  } finally {
    cancel();
    tell(getEventListeners(abort.signal, 'abort').length);
  }
}

/** As JSON, which is what a caller can tell apart. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
