import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResponseEnd } from '../../src/http/metered-response.ts';
import { streamUsageOf } from '../../src/providers/stream-usage.ts';
import { UsageHabits } from '../../src/sdk/usage-habits.ts';

const USAGE = { inputTokens: 4, outputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0 };
const SILENT: ResponseEnd = { usage: undefined, seenOutputTokens: 1, complete: true };
const REPORTED: ResponseEnd = { ...SILENT, usage: USAGE };
const ANNOUNCED: ResponseEnd = { ...REPORTED, usageChunk: 'announced' };
const UNANNOUNCED: ResponseEnd = { ...REPORTED, usageChunk: 'unannounced' };
const HOST = 'https://llm.example/v1';

/** How each of two kinds of hosts answers a stream. */
type Host = (isAsked: boolean) => ResponseEnd;
const obedient: Host = (isAsked) => (isAsked ? UNANNOUNCED : SILENT);
const polite: Host = (isAsked) => (isAsked ? ANNOUNCED : SILENT);
const generous: Host = () => UNANNOUNCED;

/** Whether each of some streams, one after the other, is asked. */
function asks(host: Host, count: number, habits = new UsageHabits(), baseURL = HOST): boolean[] {
  return Array.from({ length: count }, () => {
    const question = habits.question(baseURL, 'm');
    question.heard(host(question.isAsked));
    return question.isAsked;
  });
}

describe('on a host that nobody knows', () => {
  it('one stream without the question shows that usage comes anyway', () => {
    expect(asks(generous, 4)).toEqual([true, false, false, false]);
  });

  it('or that it comes for those who ask', () => {
    expect(asks(obedient, 4)).toEqual([true, false, true, true]);
  });

  it('also where the chunk is announced as OpenAI does it', () => {
    expect(asks(() => ANNOUNCED, 4)).toEqual([true, false, false, false]);
    expect(asks(polite, 4)).toEqual([true, false, true, true]);
  });

  it('a host that announces to those who ask is believed for its other models', () => {
    const habits = new UsageHabits();
    asks(polite, 2, habits);
    const others = Array.from({ length: 3 }, () => {
      const question = habits.question(HOST, 'other');
      question.heard(polite(question.isAsked));
      return question.isAsked;
    });
    expect(others).toEqual([true, true, true]);
  });

  it('nor where the usage stands beside choices: nothing is hidden there', () => {
    expect(asks(() => REPORTED, 3)).toEqual([true, true, true]);
  });

  it('one stream at a time goes without it, and another one if that fails', () => {
    const habits = new UsageHabits();
    asks(obedient, 1, habits);
    const trial = habits.question(HOST, 'm');
    expect([trial.isAsked, habits.question(HOST, 'm').isAsked]).toEqual([false, true]);
    trial.failed();
    expect(asks(obedient, 2, habits)).toEqual([false, true]);
  });

  it('each model is a host of its own: gateways have many behind them', () => {
    const habits = new UsageHabits();
    asks(generous, 3, habits);
    expect(habits.question(HOST, 'other').isAsked).toBe(true);
  });

  it('what a cut stream lacks says nothing', () => {
    const habits = new UsageHabits();
    asks(obedient, 1, habits);
    const trial = habits.question(HOST, 'm');
    trial.heard({ ...SILENT, complete: false });
    expect(asks(obedient, 2, habits)).toEqual([false, true]);
  });
});

describe('on known hosts', () => {
  it('OpenAI is always asked', () => {
    expect(asks(obedient, 3, undefined, 'https://api.openai.com/v1')).toEqual([true, true, true]);
  });

  it('one that sends usage anyway never is', () => {
    expect(asks(generous, 3, undefined, 'https://openrouter.ai/api/v1')).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('unless it no longer does', () => {
    expect(asks(obedient, 3, undefined, 'https://openrouter.ai/api/v1')).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('a name that only looks like theirs is unknown', () => {
    expect(streamUsageOf('openrouter.ai.example')).toBe('unknown');
    expect(streamUsageOf('notopenrouter.ai')).toBe('unknown');
    expect(streamUsageOf('My-Unit.OpenAI.Azure.com.')).toBe('asked');
  });
});

it('from the third stream on, a caller is never kept from what came unasked, nor shown what we asked for', () => {
  const hosts = fc.constantFrom(obedient, polite, generous);
  fc.assert(
    fc.property(fc.array(hosts, { minLength: 1, maxLength: 6 }), (models) => {
      const habits = new UsageHabits();
      models.forEach((host, index) => {
        for (let turn = 0; turn < 5; turn++) {
          const question = habits.question(HOST, `m${index}`);
          const isHidden = question.isAsked;
          question.heard(host(isHidden));
          if (turn >= 1) expect(isHidden && host === generous).toBe(false);
        }
      });
    }),
  );
});

it('the memory of many models is bounded', () => {
  const habits = new UsageHabits();
  for (let index = 0; index < 3000; index++) habits.question(HOST, `m${index}`).heard(UNANNOUNCED);
  const first = habits.question(HOST, 'm0');
  const last = habits.question(HOST, 'm2999');
  expect([first.isAsked, last.isAsked]).toEqual([true, false]);
});
