import type { LaneSnapshot } from '../../src/lane/lane-snapshot.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import { createSimulator, createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { type LimitableClient, withRateLimit } from '../../src/with-rate-limit.ts';
import { type Answer, described, inNoTime, outcome, type Seen, scripted } from './bench.ts';
import type { Fetch } from './sdks.ts';

/** A server for one run. */
export type Serve = (clock: VirtualClock) => Fetch;

/** What a caller and a server see of an operation. */
export interface Run {
  readonly outcome: [string, unknown];
  readonly seen: readonly Seen[];
}

/** The simulated provider of an SDK. */
export function simulatorOf(provider: 'openai' | 'azure' | 'compatible' | 'anthropic'): Serve {
  return (clock) =>
    createSimulator({ provider, clock, reply: () => ({ text: '{"a":1}', outputTokens: 5 }) }).fetch;
}

export function script(...answers: readonly Answer[]): Serve {
  return (clock) => scripted(clock, ...answers).fetch;
}

/** Runs an operation with a client as it is and with a limited one, each with its own server. */
export async function sideBySide<C extends LimitableClient>(
  make: (options: { fetch: Fetch }) => C,
  serve: Serve,
  operation: (client: C) => PromiseLike<unknown>,
): Promise<{ bare: Run; limited: Run; lanes: LaneSnapshot[] }> {
  const bare = await run(make, serve, operation, (client) => client);
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock });
  const limited = await run(
    make,
    serve,
    operation,
    (client) => withRateLimit(client, { limiter }),
    clock,
  );
  return { bare, limited, lanes: limiter.snapshot() };
}

async function run<C extends object>(
  make: (options: { fetch: Fetch }) => C,
  serve: Serve,
  operation: (client: C) => PromiseLike<unknown>,
  prepare: (client: C) => C,
  clock = createVirtualClock(),
): Promise<Run> {
  const server = serve(clock);
  const seen: Seen[] = [];
  const fetch: Fetch = async (input, init) => {
    seen.push(await seenIn(clock, new Request(input, init)));
    return server(input, init);
  };
  const client = inNoTime(prepare(make({ fetch })), clock);
  const [how, value] = await clock.run(outcome(operation(client)));
  const told = how === 'ok' ? value : described(value);
  // As JSON, which is what a caller can tell apart: the classes were looked at.
  return { outcome: [how, JSON.parse(JSON.stringify(told ?? null))], seen };
}

async function seenIn(clock: VirtualClock, request: Request): Promise<Seen> {
  const { url, method } = request;
  const type = request.headers.get('content-type') ?? '';
  const [, boundary = '-'] = /boundary=(.+)$/.exec(type) ?? [];
  const text = (await request.text()).replaceAll(boundary, 'boundary');
  const headers = Object.fromEntries(request.headers);
  if (boundary !== '-') headers['content-type'] = 'multipart/form-data';
  return { at: clock.now(), url, method, headers, body: text };
}

/** A body without what a limited client may add to it. */
export function withoutUsageQuestion(seen: readonly Seen[]): Seen[] {
  return seen.map(({ body, headers: { 'content-length': _, ...headers }, ...rest }) => ({
    ...rest,
    headers,
    body: String(body).replace(',"stream_options":{"include_usage":true}', ''),
  }));
}

export type Operation<C> = readonly [name: string, (client: C) => PromiseLike<unknown>, Serve?];

export async function all(chunks: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const chunk of chunks) items.push(chunk);
  return items;
}
