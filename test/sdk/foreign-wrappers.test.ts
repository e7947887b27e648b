import Anthropic from '@anthropic-ai/sdk';
import { observeOpenAI } from '@langfuse/openai';
import { instrumentAnthropicAiClient, instrumentOpenAiClient } from '@sentry/core';
import { observeOpenAI as observeOpenAI3 } from 'langfuse';
import { wrapOpenAI } from 'langsmith/wrappers/openai';
import OpenAI from 'openai';
import OpenAI5 from 'openai5';
import { describe, expect, it, vi } from 'vitest';
import { createRateLimiter } from '../../src/limiter.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { json, NOTHING, scripted, underWay } from './bench.ts';
import { CHAT, MESSAGE, sdks } from './sdks.ts';

// They report to nobody here.
vi.stubEnv('LANGSMITH_TRACING', 'false');
vi.stubEnv('LANGFUSE_ENABLED', 'false');
vi.spyOn(console, 'error').mockImplementation(() => {});
vi.spyOn(console, 'warn').mockImplementation(() => {});

const V5 = OpenAI5 as unknown as typeof OpenAI;
const LIMITED_FIRST = /limit the client of the SDK first.+`observeOpenAI\(withRateLimit\(/;

/** Tracing tools, and what they make of a client. */
const TOOLS: [string, (client: OpenAI) => OpenAI, keepsLimiter: boolean][] = [
  ['Langfuse 5', (client) => observeOpenAI(client), true],
  ['Langfuse 3', (client) => observeOpenAI3(client as never) as unknown as OpenAI, true],
  ['LangSmith', (client) => wrapOpenAI(client as never) as OpenAI, false],
  ['Sentry', (client) => instrumentOpenAiClient(client as never) as unknown as OpenAI, true],
];

function setup(Client: typeof OpenAI) {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({
    clock,
    limits: { rpm: 60 },
    enforcement: 'bucket',
    burstSeconds: 1,
    headroom: 0,
  });
  const answer = sdks[0]?.answer ?? {};
  const { fetch, seen } = scripted(clock, json(answer));
  return { clock, limiter, seen, bare: new Client({ apiKey: 'key', fetch }) };
}

describe.each([
  ['openai 7', OpenAI],
  ['openai 5', V5],
])('%s', (_, Client) => {
  describe.each(TOOLS)('%s', (_name, observe, keepsLimiter) => {
    it('around a limited client: calls are limited and metered, and the limiter can be read', async () => {
      const { clock, limiter, seen, bare } = setup(Client);
      const client = observe(withRateLimit(bare, { limiter }));
      const calls = [1, 2].map(() => client.chat.completions.create(CHAT));
      await clock.run(Promise.all(calls));
      expect(seen.map(({ at }) => at)).toEqual([0, 1000]);
      const [lane] = limiter.snapshot();
      expect(lane?.totals).toMatchObject({ calls: 2, actual: { outputTokens: 2 } });
      expect(underWay(limiter)).toEqual(NOTHING);
      if (!keepsLimiter) return;
      const { rateLimit } = client as unknown as { rateLimit: typeof limiter };
      expect(rateLimit.snapshot()).toEqual(limiter.snapshot());
      const other = withRateLimit(bare, { limiter: rateLimit });
      expect(other.rateLimit).toBe(limiter);
    });

    it('within a limited client: an error says what to do', () => {
      const { limiter, bare } = setup(Client);
      const observed = observe(bare);
      expect(() => withRateLimit(observed, { limiter })).toThrow(LIMITED_FIRST);
    });
  });
});

it('Sentry around Anthropic: the same', async () => {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({ clock });
  const { fetch, seen } = scripted(clock, json(sdks.at(-1)?.answer ?? {}));
  const bare = new Anthropic({ apiKey: 'key', fetch });
  const client = instrumentAnthropicAiClient(withRateLimit(bare, { limiter }));
  await clock.run(client.messages.create(MESSAGE));
  expect(seen).toHaveLength(1);
  expect(limiter.snapshot()[0]?.totals.calls).toBe(1);
  expect(() => withRateLimit(instrumentAnthropicAiClient(bare))).toThrow(LIMITED_FIRST);
});

describe.each(sdks)('$name', (sdk) => {
  /** As tools do that wrap whatever they hand out. */
  const deep = <T extends object>(object: T): T =>
    new Proxy(object, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'object' && value !== null ? deep(value) : value;
      },
    });

  it('behind a Proxy that wraps all objects: the limiter can be read and used', () => {
    const limiter = createRateLimiter({});
    const client = deep(withRateLimit(sdk.make(), { limiter }));
    expect(client.rateLimit.snapshot()).toEqual([]);
    expect(withRateLimit(sdk.make(), { limiter: client.rateLimit }).rateLimit).toBe(limiter);
  });

  it('is limited, or an error says what to do, behind a Proxy that does nothing', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock });
    const { fetch } = scripted(clock, json(sdk.answer));
    const proxy = new Proxy(sdk.make({ fetch }), {});
    try {
      const client = withRateLimit(proxy, { limiter });
      await clock.run(sdk.ask(client));
      expect(limiter.snapshot()[0]?.totals.calls).toBe(1);
    } catch (error) {
      expect(error).toMatchObject({ message: expect.stringMatching(LIMITED_FIRST) });
    }
  });

  it('is limited where a tool has patched the methods of its classes or of the client', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock });
    const { fetch } = scripted(clock, json(sdk.answer));
    const bare = sdk.make({ fetch });
    const traced: string[] = [];
    const patched = (name: string, method: (...args: never[]) => unknown) =>
      function (this: unknown, ...args: never[]) {
        traced.push(name);
        return method.apply(this, args);
      };
    const own = bare as unknown as { post: (...args: never[]) => unknown };
    own.post = patched('client', own.post);
    const client = withRateLimit(bare, { limiter });
    await clock.run(sdk.ask(client));
    expect(limiter.snapshot()[0]?.totals.calls).toBe(1);
    expect(traced).toEqual(['client']);
  });
});
