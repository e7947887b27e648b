import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResponseEnd } from '../../src/http/metered-response.ts';
import { streamUsageOf } from '../../src/providers/stream-usage.ts';
import { UsageHabits } from '../../src/sdk/usage-habits.ts';

const USAGE = { inputTokens: 4, outputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0 };
const SILENT: ResponseEnd = { usage: undefined, seenOutputTokens: 1, complete: true };
const REPORTED: ResponseEnd = { ...SILENT, usage: USAGE };
const HOST = 'https://llm.example/v1';

/** How each of two kinds of hosts answers a stream. */
type Host = (isAsked: boolean) => ResponseEnd;
const obedient: Host = (isAsked) => (isAsked ? REPORTED : SILENT);
const generous: Host = () => REPORTED;

/** Whether each of some streams, one after the other, is asked. */
function asks(host: Host, count: number, habits = new UsageHabits(), baseURL = HOST): boolean[] {
  return Array.from({ length: count }, () => {
    const question = habits.question(baseURL, 'm');
    question.heard(host(question.isAsked));
    return question.isAsked;
  });
}

describe('on a host that nobody knows', () => {
  it('the first stream goes without the question, and shows that usage comes anyway', () => {
    expect(asks(generous, 4)).toEqual([false, false, false, false]);
  });

  it('or that it comes for those who ask', () => {
    expect(asks(obedient, 4)).toEqual([false, true, true, true]);
  });

  it('so do those that are sent before it has ended', () => {
    const habits = new UsageHabits();
    const waiting = habits.question(HOST, 'm');
    const [first, second] = [habits.question(HOST, 'm'), habits.question(HOST, 'm')];
    expect([first.isAsked, second.isAsked]).toEqual([false, false]);
    first.heard(obedient(false));
    expect([second.isAsked, waiting.isAsked]).toEqual([false, true]);
    expect([first.isTrial, second.isTrial, waiting.isTrial]).toEqual([true, true, false]);
  });

  it('each model is a host of its own: gateways have many behind them', () => {
    const habits = new UsageHabits();
    asks(generous, 3, habits);
    const other = habits.question(HOST, 'other');
    expect([other.isAsked, other.isTrial]).toEqual([false, true]);
  });

  it('what a cut stream lacks says nothing', () => {
    const habits = new UsageHabits();
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

it('a caller is never kept from what came unasked', () => {
  const hosts = fc.constantFrom(obedient, generous);
  const turns = fc.array(fc.boolean(), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(hosts, turns, (host, turns) => {
      const habits = new UsageHabits();
      for (const isCut of turns) {
        const question = habits.question(HOST, 'm');
        const { isAsked } = question;
        question.heard({ ...host(isAsked), ...(isCut && { complete: false, usage: undefined }) });
        expect(isAsked && host === generous).toBe(false);
      }
    }),
  );
});

it('the memory of many models is bounded', () => {
  const habits = new UsageHabits();
  for (let index = 0; index < 3000; index++) habits.question(HOST, `m${index}`).heard(SILENT);
  const first = habits.question(HOST, 'm0');
  const last = habits.question(HOST, 'm2999');
  expect([first.isAsked, last.isAsked]).toEqual([false, true]);
});
