import { expect, it } from 'vitest';
import { createSimulator, createVirtualClock } from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const VIA = 'batch in.jsonl -o out.jsonl --via batch-api --limits rpm=600';
const COUNT = 20;

function world(line: (id: string) => object = openaiLine): World {
  const made = new World();
  made.write(
    'in.jsonl',
    ids(COUNT).map((id) => line(id)),
  );
  return made;
}

function simulated(provider: 'openai' | 'anthropic' = 'openai') {
  return createSimulator({ clock, provider, limits: { rpm: 6000 }, batches: {} });
}

/** What is asked for goes through; `change` may answer something else, and must where it reads. */
function changed(
  simulator: Pick<ReturnType<typeof simulated>, 'fetch'>,
  change: (path: string, response: Response) => Promise<Response | undefined>,
): Pick<ReturnType<typeof simulated>, 'fetch'> {
  return {
    fetch: async (input, init) => {
      const response = await simulator.fetch(input, init);
      return (await change(new URL(String(input)).pathname, response)) ?? response;
    },
  };
}

it('looks again for results that are not all there yet, instead of paying for them twice', async () => {
  const made = world();
  const simulator = simulated();
  let looks = 0;
  const late = changed(simulator, async (path, response) => {
    if (!/\/content$/.test(path) || looks++ > 2) return undefined;
    const text = await response.text();
    return new Response(text.slice(0, text.length / 2));
  });
  expect(await made.sent(VIA, clock, late)).toBe(0);
  expect([made.results().length, simulator.log.length]).toEqual([COUNT, 0]);
});

it('looks again for a file of results that is not named yet', async () => {
  const made = world();
  const simulator = simulated();
  let looks = 0;
  const late = changed(simulator, async (path, response) => {
    if (!/\/batches\/[^/]+$/.test(path)) return undefined;
    const batch = await response.json();
    if (batch.status !== 'completed' || looks++ > 3) return Response.json(batch);
    return Response.json({ ...batch, output_file_id: null });
  });
  expect(await made.sent(VIA, clock, late)).toBe(0);
  expect([made.results().length, simulator.log.length]).toEqual([COUNT, 0]);
});

it('does not wait for ever for results that never come: they are sent live', async () => {
  const made = world();
  const simulator = simulated();
  const lost = changed(simulator, async (path, response) => {
    if (!/\/content$/.test(path)) return undefined;
    const text = await response.text();
    return new Response(text.split('\n').slice(0, 15).join('\n'));
  });
  expect(await made.sent(VIA, clock, lost)).toBe(0);
  expect([made.results().length, simulator.log.length]).toEqual([COUNT, 5]);
});

it.each([
  ['openai', openaiLine, /\/content$/],
  ['anthropic', anthropicLine, /\/results$/],
] as const)('sends again what %s no longer keeps', async (provider, line, gone) => {
  const made = world(line);
  const simulator = simulated(provider);
  let first: string | undefined;
  const without = changed(simulator, async (path) => {
    if (gone.test(path)) first ??= path;
    if (path !== first) return undefined;
    return Response.json({ error: { message: 'gone' } }, { status: 404 });
  });
  expect(await made.sent(VIA, clock, without)).toBe(0);
  expect(made.err).toContain('no longer has the results of batch ');
  expect(made.results()).toHaveLength(COUNT);
});

it.each([
  ['openai', openaiLine, /\/batches$/],
  ['anthropic', anthropicLine, /\/batches$/],
] as const)('looks for a batch of %s whose id no answer has told', async (provider, line, made) => {
  const files = world(line);
  const simulator = simulated(provider);
  let asked = 0;
  const behindPages = changed(simulator, async (path) =>
    made.test(path) && asked++ === 0
      ? new Response('<html>', { headers: { 'content-type': 'text/html' } })
      : undefined,
  );
  expect(await files.sent(VIA, clock, behindPages)).toBe(0);
  expect([files.results().length, simulator.batches.length, simulator.log.length]).toEqual([
    ...[COUNT, 1, 0],
  ]);
});

it('stops where a host answers each request with a page', async () => {
  const made = world();
  const headers = { 'content-type': 'text/html' };
  const fetch = async (): Promise<Response> => new Response('<html>', { headers });
  expect(await made.sent(VIA, clock, { fetch })).toBe(3);
  expect(made.err).toContain("The host's response is not a batch");
});

it('stops where a batch fails for lack of money, and goes on in batches once that is paid', async () => {
  const made = world();
  const simulator = simulated();
  const error = { code: 'billing_hard_limit_reached', message: 'None is left' };
  const unpaid = changed(simulator, async (path, response) => {
    if (!/\/batches\/[^/]+$/.test(path)) return undefined;
    return Response.json({
      ...(await response.json()),
      status: 'failed',
      errors: { data: [error] },
    });
  });
  expect(await made.sent(VIA, clock, unpaid)).toBe(3);
  expect(made.err).toContain('None is left. Run the same command again to resume');
  expect(await made.sent(VIA, clock, simulator)).toBe(0);
  expect([made.results().length, simulator.log.length]).toEqual([COUNT, 0]);
});

it('makes smaller batches where a proxy takes no such upload', async () => {
  const made = world();
  const simulator = simulated();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const isFile = /\/files$/.test(String(input)) && init?.body instanceof FormData;
    const file = isFile ? (init.body as FormData).get('file') : undefined;
    if (file instanceof Blob && file.size > 1500) return new Response('too large', { status: 413 });
    return await simulator.fetch(input, init);
  };
  expect(await made.sent(VIA, clock, { fetch })).toBe(0);
  expect([made.results().length, simulator.log.length]).toEqual([COUNT, 0]);
  expect(simulator.batches.map(({ customIds }) => customIds.length)).toEqual([5, 5, 5, 5]);
});
