import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believedUsage } from '../../src/http/usage-believed.ts';
import type { Usage } from '../../src/model/usage.ts';

const usage = (inputTokens: number, outputTokens: number): Usage => ({
  ...{ inputTokens, outputTokens },
  ...{ cachedInputTokens: 0, cacheWriteTokens: 0 },
});
const call = (inputTokens: number, seenOutputTokens = 0, maxOutputTokens?: number) => ({
  estimate: { inputTokens, outputTokens: 50 },
  ...{ maxOutputTokens, seenOutputTokens },
});
const text = (inputTokens: number) => ({
  ...call(inputTokens),
  estimate: { inputTokens, outputTokens: 50, isText: true },
});

describe('the usage that a response reports', () => {
  it('is not believed without input for a prompt, as LocalAI reports it', () => {
    expect(believedUsage(usage(0, 0), call(2000))).toBeUndefined();
    expect(believedUsage(usage(0, 40), call(2000))).toBeUndefined();
    expect(believedUsage(usage(1, 1), text(2000))).toBeUndefined();
    // Older versions of Ollama count only what isn't in their cache.
    expect(believedUsage(usage(12, 40), text(2000))).toBeUndefined();
    expect(believedUsage(usage(300, 40), text(2000))).toEqual(usage(300, 40));
  });

  it('is believed without input where there was none to count', () => {
    expect(believedUsage(usage(0, 900), call(0))).toEqual(usage(0, 900));
  });

  it('is believed where an estimate was far too high, as of images', () => {
    expect(believedUsage(usage(85, 10), call(30_000))).toEqual(usage(85, 10));
    // A short question about an image, at a host that doesn't count the image.
    expect(believedUsage(usage(5, 10), call(8508))).toEqual(usage(5, 10));
  });

  it('is not believed where no model reads or writes so much', () => {
    for (const much of [1e7, 1e9, 1e15]) {
      expect(believedUsage(usage(much, 5), call(10))).toBeUndefined();
      expect(believedUsage(usage(10, much), call(10))).toBeUndefined();
    }
    expect(believedUsage(usage(1_900_000, 60_000), call(10))).toEqual(usage(1_900_000, 60_000));
    expect(believedUsage(usage(9e6, 0), call(8e6))).toEqual(usage(9e6, 0));
    expect(believedUsage(usage(10, 3e6), call(10, 0, 4e6))).toEqual(usage(10, 3e6));
  });

  it('is not believed where a prompt of text would have grown beyond all windows', () => {
    expect(believedUsage(usage(1_000_000, 10), text(2800))).toBeUndefined();
    // A gateway may add instructions, and what it has found.
    expect(believedUsage(usage(150_000, 10), text(2800))).toEqual(usage(150_000, 10));
    expect(believedUsage(usage(1e6, 10), text(5e5))).toEqual(usage(1e6, 10));
  });

  it('is not believed where the call allows far less output', () => {
    expect(believedUsage(usage(10, 900_000), call(10, 0, 4000))).toBeUndefined();
    // Some hosts don't count reasoning toward the limit.
    expect(believedUsage(usage(10, 120_000), call(10, 0, 4000))).toEqual(usage(10, 120_000));
  });

  it('has the output that was seen, where a stream reports none', () => {
    expect(believedUsage(usage(10, 0), call(10, 7))).toEqual(usage(10, 7));
    expect(believedUsage(usage(10, 3), call(10, 7))).toEqual(usage(10, 3));
  });

  it('is never one that can’t be true, whatever it is', () => {
    const any = fc.double();
    fc.assert(
      fc.property(any, any, fc.nat(1e6), (input, output, estimate) => {
        const believed = believedUsage(usage(input, output), text(estimate));
        if (believed === undefined) return;
        expect(believed.inputTokens).toBeGreaterThanOrEqual((estimate - 679) / 50);
        expect(believed.inputTokens).toBeLessThanOrEqual(4e6);
        expect(believed.outputTokens).toBeGreaterThanOrEqual(0);
        expect(believed.outputTokens).toBeLessThanOrEqual(1e6);
      }),
    );
  });
});
