import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createRateLimiter } from '../src/limiter.ts';
import { noteUnshared } from '../src/unshared.ts';
import { withRateLimit } from '../src/with-rate-limit.ts';

describe('a wrapper made for each request', () => {
  let warnings: MockInstance<typeof process.emitWarning>;
  const forget = () => Reflect.deleteProperty(globalThis, Symbol.for('llm-headroom.unshared'));

  beforeEach(() => {
    forget();
    warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  });
  afterEach(() => {
    forget();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  const handle = (apiKey = 'sk-planted') => withRateLimit(new OpenAI({ apiKey }));

  it('is warned of once in the life of the process, with what to do, and without the key', () => {
    for (let request = 0; request < 19; request++) handle();
    expect(warnings).not.toHaveBeenCalled();
    for (let request = 0; request < 200; request++) handle();
    for (let request = 0; request < 100; request++) handle('another');
    expect(warnings).toHaveBeenCalledTimes(1);
    const [message, options] = warnings.mock.calls[0] ?? [];
    expect(message).toMatch(
      /don't know about each other. Wrap one client for all requests, or give one limiter/,
    );
    expect(options).toEqual({ type: 'HeadroomWarning', code: 'HEADROOM_UNSHARED_LIMITER' });
    const kept: unknown = Reflect.get(globalThis, Symbol.for('llm-headroom.unshared'));
    expect(JSON.stringify([message, kept])).not.toContain('planted');
  });

  it('keeps nothing of a key while it counts', () => {
    handle();
    const kept = Reflect.get(globalThis, Symbol.for('llm-headroom.unshared'));
    expect(kept.at.size).toBe(1);
    expect(JSON.stringify([...kept.at])).not.toContain('planted');
  });

  it.each([
    [
      'a shared limiter',
      () => {
        const limiter = createRateLimiter();
        return () => withRateLimit(new OpenAI({ apiKey: 'k' }), { limiter });
      },
    ],
    [
      'other accounts',
      () => {
        let tenant = 0;
        return () => handle(`k${tenant++}`);
      },
    ],
    [
      'withOptions',
      () => {
        const client = handle();
        return () => client.withOptions({ timeout: 9 });
      },
    ],
  ])('is something else than %s', (_, make) => {
    const each = make();
    for (let request = 0; request < 100; request++) each();
    expect(warnings).not.toHaveBeenCalled();
  });

  it('is something else than a few clients on several hosts, or one every minute', () => {
    for (let n = 0; n < 15; n++) {
      handle('k');
      withRateLimit(new Anthropic({ apiKey: 'k' }));
      withRateLimit(new OpenAI({ apiKey: 'k', baseURL: 'https://llm.example/v1' }));
    }
    for (let minute = 0; minute < 1000; minute++) noteUnshared('host', 'k', minute * 60_000);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('is told on the console where a runtime has no warnings', () => {
    vi.stubGlobal('process', undefined);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (let n = 0; n < 50; n++) noteUnshared('host', 'k', n);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/^HeadroomWarning: withRateLimit has made 20 limiters/);
  });
});
