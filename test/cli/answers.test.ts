import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const ALL = 'batch in.jsonl -o out.jsonl --quiet';

/** An answer whose connection breaks after half of it. */
function cutOff(): Response {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      if (pulled++ === 0) stream.enqueue(new TextEncoder().encode('{"id":"c",'));
      else stream.error(new TypeError('terminated', { cause: new Error('other side closed') }));
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

it('sends again a call whose answer broke off, and goes on with the others', async () => {
  const made = new World();
  made.write(
    'in.jsonl',
    ids(8).map((id) => openaiLine(id)),
  );
  const simulator = createSimulator({ clock, limits: { rpm: 60_000 } });
  let sent = 0;
  const fetch: typeof globalThis.fetch = async (input, init) =>
    ++sent % 4 === 2 ? cutOff() : simulator.fetch(input, init);
  expect(await made.sent(ALL, clock, { fetch })).toBe(0);
  expect(made.results()).toHaveLength(8);
  expect(made.err).toBe(
    'A connection has failed: The answer broke off (other side closed); the call is tried again for about four minutes\n',
  );
});

it('records a call whose answers always break off as failed, in the end', async () => {
  const made = new World();
  made.write('in.jsonl', [openaiLine('a')]);
  expect(await made.sent(ALL, clock, { fetch: async () => cutOff() })).toBe(1);
  const [{ error }] = made.results();
  expect(error).toEqual({
    code: 'connection_error',
    message: 'The answer broke off (other side closed)',
  });
});

it.each([
  ['openai', { error: { message: 'Provider returned error', code: 502 } }],
  ['openai', { id: 'r', object: 'response', status: 'failed', error: { code: 'server_error' } }],
  ['anthropic', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
])('counts an error that came with the status 200 as a failure: %s', async (form, body) => {
  const made = new World();
  made.write('in.jsonl', [form === 'openai' ? openaiLine('a') : anthropicLine('a')]);
  const fetch = async (): Promise<Response> => Response.json(body);
  expect(await made.sent(ALL, clock, { fetch })).toBe(1);
  const [line] = made.results();
  if (form === 'openai') expect(line.response.body).toEqual(body);
  else expect(line.result).toEqual({ type: 'errored', error: body });
  const simulator = createSimulator({ clock, provider: form === 'openai' ? form : 'anthropic' });
  expect(await made.sent(`${ALL} --retry-failed`, clock, simulator)).toBe(0);
});

const NO_CREDIT = {
  type: 'error',
  error: {
    type: 'invalid_request_error',
    message: 'Your credit balance is too low to access the Anthropic API.',
  },
};

it.each([
  ['anthropic', 400, NO_CREDIT],
  ['openai', 400, { error: { message: 'None is left', code: 'billing_hard_limit_reached' } }],
  ['openai', 200, { error: { message: 'Insufficient credits', code: 402 } }],
])('stops where nothing goes before somebody pays: %s with %i', async (form, status, body) => {
  const made = new World();
  const line = form === 'openai' ? openaiLine : anthropicLine;
  made.write(
    'in.jsonl',
    ids(50).map((id) => line(id)),
  );
  const fetch = async (): Promise<Response> => Response.json(body, { status });
  expect(await made.sent(ALL, clock, { fetch })).toBe(3);
  expect(made.err).toContain('The provider accepts no more calls: ');
  expect(made.text('out.jsonl')).toBe('');
});

it('sends live what a batch has not answered for lack of money, and stops there', async () => {
  const made = new World();
  made.write(
    'in.jsonl',
    ids(5).map((id) => anthropicLine(id)),
  );
  const simulator = createSimulator({
    ...{ clock, provider: 'anthropic', limits: { rpm: 60 } },
    batches: { outcome: ({ index }) => (index < 2 ? 'answer' : 400) },
  });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    if (pathname.endsWith('/messages')) return Response.json(NO_CREDIT, { status: 400 });
    const response = await simulator.fetch(input, init);
    if (!pathname.endsWith('/results')) return response;
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    for (const { result } of lines) if (result.type === 'errored') result.error = NO_CREDIT;
    const { headers } = response;
    return new Response(lines.map((each) => `${JSON.stringify(each)}\n`).join(''), { headers });
  };
  expect(await made.sent(`${ALL} --via batch-api`, clock, { fetch })).toBe(3);
  expect(made.results().map(({ result }) => result.type)).toEqual(['succeeded', 'succeeded']);
});

const MINUTE = 60_000;
/** The SDK's own retries would take real time. */
const headers = { 'x-should-retry': 'false' };
const down = (status: number) => async (): Promise<Response> =>
  Response.json({ error: { message: 'down' } }, { status, headers });

it.each([
  ['answers 500', openaiLine, down(500), /The host is down: Status 500 for each of the last 20/],
  ['answers 503', openaiLine, down(503), /The host is down: Status 503 for each of the last 20/],
  ['answers 529', anthropicLine, down(529), /The host is down: Status 529 for each of the last 20/],
  [
    'answers with pages',
    openaiLine,
    async () => new Response('<html>', { status: 200 }),
    /The host is down: Status 200, but the body is not JSON for each of the last 20/,
  ],
])(
  'stops after ten minutes of a host that %s, and later goes on with all that was left',
  async (_, lineOf, fetch, said) => {
    const made = new World();
    made.write(
      'in.jsonl',
      ids(100).map((id) => lineOf(id)),
    );
    const args = `${ALL} --limits rpm=6000`;
    const start = clock.now();
    expect(await made.sent(args, clock, { fetch })).toBe(3);
    expect(made.err).toMatch(said);
    expect(made.err).toContain(
      'no call has succeeded for 10 minutes. Run the same command again to resume\n',
    );
    expect(clock.now() - start).toBeGreaterThan(10 * MINUTE);
    expect(clock.now() - start).toBeLessThan(30 * MINUTE);
    const failed = made.results().length;
    expect(failed).toBeLessThanOrEqual(20);
    const provider = lineOf === openaiLine ? 'openai' : 'anthropic';
    const simulator = createSimulator({ clock, provider, limits: { rpm: 6000 } });
    expect(await made.sent(args, clock, simulator)).toBe(failed > 0 ? 1 : 0);
    expect(simulator.stats().requests).toBe(100 - failed);
    expect(await made.sent(`${args} --retry-failed`, clock, simulator)).toBe(0);
    expect(new Set(made.results().map(({ custom_id }) => custom_id)).size).toBe(100);
    expect(simulator.stats().requests).toBe(100);
  },
  120_000,
);

it('goes on after an outage that is shorter, and has no call fail for it', async () => {
  const made = new World();
  made.write(
    'in.jsonl',
    ids(50).map((id) => openaiLine(id)),
  );
  const simulator = createSimulator({ clock, limits: { rpm: 6000 } });
  const backAt = clock.now() + 8 * MINUTE;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (clock.now() < backAt) throw new TypeError('fetch failed');
    return simulator.fetch(input, init);
  };
  expect(await made.sent(`${ALL} --limits rpm=6000`, clock, { fetch })).toBe(0);
  expect(made.results()).toHaveLength(50);
}, 120_000);
