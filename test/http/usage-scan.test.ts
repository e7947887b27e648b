import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastReportedUsage } from '../../src/http/usage-scan.ts';

const usage = { prompt_tokens: 8, total_tokens: 8, prompt_tokens_details: { cached_tokens: 2 } };

test('the usage at the end of a body that has lost its beginning', () => {
  expect(lastReportedUsage(`0.12, 0.3]}],"model":"m","usage" : ${JSON.stringify(usage)}}`)).toEqual(
    usage,
  );
});

test('text that looks like one, inside a string, is none', () => {
  const content = `"usage":${JSON.stringify({ prompt_tokens: 1, total_tokens: 1 })}`;
  expect(lastReportedUsage(JSON.stringify({ usage, content }))).toEqual(usage);
  expect(lastReportedUsage(JSON.stringify({ content }))).toBeUndefined();
});

test('braces and quotes inside its strings do not end it', () => {
  const odd = { ...usage, note: '}"\\{' };
  expect(lastReportedUsage(JSON.stringify({ usage: odd }))).toEqual(odd);
});

test('an object that was cut is none', () => {
  expect(lastReportedUsage('{"usage":{"prompt_tokens":8')).toBeUndefined();
});

test('whatever the other members and wherever the cut, it is found', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.nat(), (data, content, cut) => {
      const text = JSON.stringify({ content, data: [data], usage });
      const end = text.lastIndexOf('"usage"');
      expect(lastReportedUsage(text.slice(cut % (end + 1)))).toEqual(usage);
    }),
  );
});

test('whatever the text, nothing throws', () => {
  const text = fc.string({ unit: fc.constantFrom('"usage":', '{', '}', '"', '\\', 'x', ' ') });
  fc.assert(fc.property(text, (it) => void lastReportedUsage(it)));
});
