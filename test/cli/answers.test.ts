import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const ALL = 'batch in.jsonl -o out.jsonl --quiet';

/** An answer whose connection breaks after half of it. */
function cutOff(): Response {
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      if (stream.desiredSize === 1) stream.enqueue(new TextEncoder().encode('{"id":"c",'));
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
    'A connection has failed: The answer broke off (other side closed); each call is tried again for about four minutes\n',
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
