import { expect, test } from 'vitest';
import { PromptCount } from '../../src/tokens/prompt-count.ts';
import type { Counting } from '../../src/tokens/text-count.ts';
import { TextMemo } from '../../src/tokens/tokenizer/text-memo.ts';
import { collectGarbage } from '../support/garbage.ts';
import { pair } from './tokenizer/oracle.ts';

const { counter } = pair('o200k_base');
const counting = (): Counting => ({ counter, memo: new TextMemo(1024) });

/** The tokens of some texts, and the work that counting them took. */
function counted(texts: readonly string[], by: Counting): { tokens: number; work: number } {
  const count = new PromptCount(texts, () => by);
  let work = 0;
  while (!count.done) work += count.step(2000);
  return { tokens: count.tally.reduce((sum, tokens) => sum + tokens, 0), work };
}

test('a conversation that is sent again is read, but only what is new in it is counted', () => {
  const by = counting();
  const messages = Array.from({ length: 50 }, (_, turn) =>
    `${turn}: The quick brown fox jumps over the lazy dog. `.repeat(40),
  );
  const first = counted(messages, by);
  const again = counted([...messages.map((text) => `${text} `.slice(0, -1)), 'And?'], by);
  expect(again.tokens).toBe(first.tokens + 2);
  expect(again.work).toBeLessThan(first.work / 8);
});

test('long texts of one length with the same beginning are told apart without reading them twice', () => {
  const by = counting();
  const shared = 'You are to grade this answer by clarity, truth and brevity. '.repeat(300);
  const prompts = Array.from({ length: 100 }, (_, index) => `${shared}${1000 + index}`);
  const first = prompts.map((text) => counted([text], by).tokens);
  const again = prompts.map((text) => counted([text], by));
  expect(again.map(({ tokens }) => tokens)).toEqual(first);
  const most = Math.max(...again.map(({ work }) => work));
  expect(most).toBeLessThan(shared.length / 8);
});

test('what is remembered of a text does not keep alive the string that it was cut from', () => {
  const used = (): number => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  const by = counting();
  const before = used();
  for (let index = 0; index < 20; index += 1) {
    const document = Buffer.alloc(10_000_000, `page ${index} of this document `).toString('latin1');
    counted([document.slice(500, 800)], by);
  }
  // The strings together take 200 MB; garbage that is left a moment longer is no leak.
  expect(used() - before).toBeLessThan(120);
  expect(by.memo).toBeDefined();
});
