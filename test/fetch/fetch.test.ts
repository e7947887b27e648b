import { describe, expect, it } from 'vitest';
import { runAs } from '../../src/callers/run-as.ts';
import type { UsageEvent } from '../../src/events.ts';
import { json, NOTHING, outcome, refused, scripted, underWay } from '../sdk/bench.ts';
import type { Fetch } from '../sdk/sdks.ts';
import { CHAT_URL, chat, fetchBench, MESSAGES_URL, simulatedFetch } from './bench.ts';

const ANSWER = json({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
});

describe('a limited fetch', () => {
  it('keeps calls within the limits, from whatever they are made', async () => {
    const limits = { rpm: 60 };
    const { clock, fetch, simulator, limiter } = simulatedFetch(
      { limits },
      { limits, headroom: 0, enforcement: 'slices', burstSeconds: 1 },
    );
    const init = chat();
    const bytes = new TextEncoder().encode(String(init.body));
    const asks: (() => Promise<Response>)[] = [
      () => fetch(CHAT_URL, init),
      () => fetch(new URL(CHAT_URL), init),
      () => fetch(new Request(CHAT_URL, init)),
      () => fetch(new Request(CHAT_URL), init),
      () => fetch(CHAT_URL, { ...init, body: bytes }),
      () => fetch(CHAT_URL, { ...init, body: bytes.buffer }),
      () => fetch(CHAT_URL, { ...init, body: new Blob([bytes], { type: 'application/json' }) }),
    ];
    const all = Promise.all(asks.map(async (ask) => (await (await ask()).json()).usage));
    const usages = await clock.run(all);
    expect(new Set(usages.map((usage) => JSON.stringify(usage))).size).toBe(1);
    expect(simulator.log.map(({ model, status }) => [model, status])).toEqual(
      asks.map(() => ['gpt-4o', 200]),
    );
    expect(limiter.snapshot().map(({ model, totals }) => [model, totals.calls])).toEqual([
      ['gpt-4o', 7],
    ]);
    expect(clock.now()).toBeGreaterThan(5000);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('gives the caller’s own request to the fetch below, if nothing has to be changed', async () => {
    const seen: unknown[][] = [];
    const { clock, fetch } = fetchBench(() => async (...given) => {
      seen.push(given);
      return ANSWER();
    });
    const init = chat();
    await clock.run(fetch(CHAT_URL, init).then((response) => response.text()));
    expect(seen).toEqual([[CHAT_URL, init]]);
    expect(seen[0]?.[1]).toBe(init);
  });

  it.each([
    ['a list of models', 'https://api.openai.com/v1/models', {}],
    ['a file', 'https://api.openai.com/v1/files', { method: 'POST', body: 'x' }],
    ['a message of a thread', 'https://api.openai.com/v1/threads/t/messages', chat()],
    ['counted tokens', 'https://api.anthropic.com/v1/messages/count_tokens', chat()],
    ['a page', 'https://example.com/', {}],
    [
      'a message of a chat room',
      'https://chat.example/rooms/1/messages',
      { method: 'POST', body: '{"text":"hi"}' },
    ],
    ...['responses', 'completions', 'embeddings', 'moderations', 'conversations/1'].map(
      (end): [string, string, RequestInit] => [
        `what ends in ${end} at anybody’s host, and asks nothing`,
        `https://survey.example/v1/${end}`,
        { method: 'POST', body: '{"answers":[1]}' },
      ],
    ),
    [
      'a state of OpenAI’s that runs no model',
      'https://api.openai.com/v1/conversations',
      { method: 'POST', body: '{"items":[]}' },
    ],
    ['a GET of a chat', CHAT_URL, {}],
  ])('lets %s pass at once, and counts nothing', async (_, url, init) => {
    const { clock, fetch, limiter } = fetchBench(() => async () => ANSWER(), {
      limits: { rpm: 1 },
    });
    const all = Promise.all([1, 2, 3].map(() => fetch(url, init)));
    await clock.run(all);
    expect(clock.now()).toBe(0);
    expect(limiter.snapshot()).toEqual([]);
  });

  it('reads a form, and sends it again after a 429', async () => {
    const form = new FormData();
    form.set('model', 'whisper-1');
    form.set('file', new Blob(['sound']), 'a.wav');
    const sent: unknown[] = [];
    const { clock, fetch, limiter } = fetchBench((each) => {
      const { fetch: base } = scripted(each, refused({ 'retry-after': '7' }), ANSWER);
      return (input, init) => {
        sent.push(init?.body);
        return base(input, init);
      };
    });
    const url = 'https://api.openai.com/v1/audio/transcriptions';
    const response = await clock.run(fetch(url, { method: 'POST', body: form }));
    expect(response.status).toBe(200);
    expect(sent).toEqual([form, form]);
    expect(limiter.snapshot()).toMatchObject([{ model: 'whisper-1', totals: { refused: 1 } }]);
  });

  it('takes a Request of another package for one request, sent once', async () => {
    const headers = new Headers();
    const foreign = { url: CHAT_URL, method: 'POST', headers } as unknown as Request;
    const seen: unknown[] = [];
    const { clock, fetch, limiter } = fetchBench(() => async (...given) => {
      seen.push(given);
      return refused({ 'retry-after': '7' })();
    });
    expect((await clock.run(fetch(foreign))).status).toBe(429);
    expect(seen).toEqual([[foreign, undefined]]);
    expect(limiter.snapshot()).toMatchObject([{ model: 'unknown', totals: { refused: 1 } }]);
  });

  it('works detached, and each limiter has one', async () => {
    const { limiter } = simulatedFetch();
    const { fetch } = limiter;
    expect(limiter.fetch).toBe(fetch);
    expect(new Proxy(limiter, {}).fetch).toBe(fetch);
  });

  it('counts for whoever `runAs` says', async () => {
    const { clock, fetch, limiter } = simulatedFetch();
    const keys: unknown[] = [];
    limiter.on('usage', ({ key }: UsageEvent) => keys.push(key));
    const ask = async (): Promise<string> => (await fetch(new Request(CHAT_URL, chat()))).text();
    await clock.run(Promise.all(['alice', 'bob'].map((key) => runAs({ key }, ask))));
    expect(keys).toEqual(['alice', 'bob']);
  });

  it('is in a lane with the clients of the same host and model', async () => {
    const { clock, fetch, limiter } = fetchBench(() => async () => ANSWER());
    const ask = async (url: string, extra: object): Promise<string> =>
      (await fetch(url, chat(extra))).text();
    await clock.run(
      Promise.all([
        ask(CHAT_URL, {}),
        ask(MESSAGES_URL, { model: 'claude-sonnet-5' }),
        ask('https://u.openai.azure.com/openai/deployments/eu-4o/chat/completions?api=1', {}),
        ask('http://localhost:1234/v1/chat/completions', { model: 'own' }),
      ]),
    );
    expect(limiter.snapshot().map(({ lane, model }) => [lane, model])).toEqual([
      ['api.openai.com/gpt-4o', 'gpt-4o'],
      ['api.anthropic.com/claude-sonnet-5', 'claude-sonnet-5'],
      ['u.openai.azure.com/eu-4o', 'eu-4o'],
      ['localhost:1234/own', 'own'],
    ]);
  });
});

describe('a refused call of a limited fetch', () => {
  const WAIT = refused({ 'retry-after': '7' });

  it.each([
    ['text', (): Parameters<Fetch> => [CHAT_URL, chat()]],
    ['a Request', (): Parameters<Fetch> => [new Request(CHAT_URL, chat())]],
  ])('is sent again after the pause, with %s', async (_, made) => {
    let seen: unknown[] = [];
    const { clock, fetch, limiter } = fetchBench((clock) => {
      const server = scripted(clock, WAIT, ANSWER);
      seen = server.seen;
      return server.fetch;
    });
    const response = await clock.run(fetch(...made()));
    expect(response.status).toBe(200);
    await response.text();
    expect(seen).toMatchObject([{ at: 0 }, { at: 7000 }]);
    expect(limiter.snapshot()[0]?.totals).toMatchObject({ calls: 2, refused: 1 });
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it.each([
    ['a stream', new Blob([String(chat().body)]).stream(), {}],
    ['text, and retries are the caller’s', String(chat().body), { retries: false }],
  ])('is the caller’s, where its body is %s', async (_, body, options) => {
    const { clock, fetch, limiter } = fetchBench(
      (clock) => scripted(clock, WAIT, ANSWER).fetch,
      {},
      options,
    );
    const init = { ...chat(), body, duplex: 'half' } as RequestInit;
    const response = await clock.run(fetch(CHAT_URL, init));
    expect(response.status).toBe(429);
    expect(response.headers.get('x-should-retry')).toBe('retries' in options ? null : 'false');
    expect(await response.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    expect(limiter.snapshot()[0]?.pausedUntil).toBe(7000);
    await clock.runUntilIdle();
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('counts a request and no tokens for a body that can’t be read', async () => {
    const { clock, fetch, limiter } = fetchBench(() => async () => ANSWER(), {
      limits: { rpm: 10, tpm: 1000 },
    });
    const body = new Blob(['{"model":"gpt-4o"}']).stream();
    const answer = fetch(CHAT_URL, { ...chat(), body, duplex: 'half' } as RequestInit);
    await clock.run(answer);
    expect(limiter.snapshot()).toMatchObject([{ model: 'unknown', inFlight: 1 }]);
    expect(limiter.snapshot()[0]?.limits).toMatchObject([{ remaining: 9 }, { remaining: 1000 }]);
  });

  it('is told to be no use to repeat, where money is missing', async () => {
    const error = { message: 'You exceeded your current quota', code: 'insufficient_quota' };
    for (const retries of [true, false]) {
      const { clock, fetch } = fetchBench(
        (clock) => scripted(clock, json({ error }, { status: 429 })).fetch,
        {},
        { retries },
      );
      const response = await clock.run(fetch(CHAT_URL, chat()));
      expect(response.headers.get('x-should-retry')).toBe('false');
      expect(await response.json()).toEqual({ error });
    }
  });
});

describe('a limited fetch and time', () => {
  const SLOW = {
    limits: { rpm: 60 },
    headroom: 0,
    enforcement: 'slices',
    burstSeconds: 1,
  } as const;
  const late =
    (clock: { setTimeout(callback: () => void, ms: number): unknown }, ms: number): Fetch =>
    (_, init) =>
      new Promise((resolve, reject) => {
        clock.setTimeout(() => resolve(ANSWER()), ms);
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      });

  it('keeps the wait out of `timeoutMs`', async () => {
    const { clock, fetch } = fetchBench((each) => late(each, 200), SLOW, { timeoutMs: 300 });
    const ask = async (): Promise<number> => {
      await (await fetch(CHAT_URL, chat())).text();
      return clock.now();
    };
    const ends = await clock.run(Promise.all([ask(), ask(), ask()]));
    expect(ends).toEqual([200, 1250, 2300]);
  });

  it('gives up an attempt that takes longer, as AbortSignal.timeout does', async () => {
    const { clock, fetch, limiter } = fetchBench((each) => late(each, 400), {}, { timeoutMs: 300 });
    const [how, error] = await clock.run(outcome(fetch(CHAT_URL, chat())));
    expect([how, error]).toEqual(['failed', expect.objectContaining({ name: 'TimeoutError' })]);
    expect(clock.now()).toBe(300);
    await clock.runUntilIdle();
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('gives its place back when it is aborted while it waits, and rejects with the reason', async () => {
    const { clock, fetch, limiter } = fetchBench(() => async () => ANSWER(), SLOW);
    const abort = new AbortController();
    const first = fetch(CHAT_URL, chat()).then((response) => response.text());
    const waiting = outcome(fetch(CHAT_URL, chat({}, { signal: abort.signal })));
    const reason = new Error('enough');
    clock.setTimeout(() => abort.abort(reason), 100);
    await first;
    expect(await clock.run(waiting)).toEqual(['failed', reason]);
    expect(clock.now()).toBe(100);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('does the same for the signal of a Request', async () => {
    const { clock, fetch, limiter } = fetchBench(() => async () => ANSWER(), SLOW);
    const abort = new AbortController();
    const first = fetch(CHAT_URL, chat()).then((response) => response.text());
    const request = new Request(CHAT_URL, chat({}, { signal: abort.signal }));
    const waiting = outcome(fetch(request));
    const reason = new Error('enough');
    clock.setTimeout(() => abort.abort(reason), 100);
    await first;
    expect(await clock.run(waiting)).toEqual(['failed', reason]);
    expect(underWay(limiter)).toEqual(NOTHING);
  });

  it('releases everything when a stream is aborted in its middle', async () => {
    const { clock, fetch, limiter } = simulatedFetch({
      latency: { firstByteMs: 100, perTokenMs: 100 },
    });
    const abort = new AbortController();
    const init = chat({ stream: true, max_tokens: 50 }, { signal: abort.signal });
    const response = await clock.run(fetch(CHAT_URL, init));
    const reader = response.body!.getReader();
    await clock.run(reader.read());
    abort.abort();
    expect((await clock.run(outcome(reader.read())))[0]).toBe('failed');
    await clock.runUntilIdle();
    expect(underWay(limiter)).toEqual(NOTHING);
  });
});
