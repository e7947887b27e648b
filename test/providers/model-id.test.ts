import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginsWith, isSnapshotOf, longestName, modelId } from '../../src/providers/model-id.ts';

test.each([
  ['gpt-4o-2024-08-06', 'gpt-4o-2024-08-06'],
  ['GPT-4o', 'gpt-4o'],
  ['gpt-4.1', 'gpt-4.1'],
  ['ft:gpt-4o-mini:org::id', 'gpt-4o-mini'],
  ['ft:', ''],
  ['openai/gpt-4o', 'gpt-4o'],
  ['anthropic/claude-opus-4.5', 'claude-opus-4-5'],
  ['models/gemini-3.8-flash', 'gemini-3.8-flash'],
  ['anthropic.claude-opus-4-5-20251101-v1:0', 'claude-opus-4-5-20251101-v1:0'],
  ['us.anthropic.claude-opus-5-v1:0', 'claude-opus-5-v1:0'],
  [
    'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5-v1:0',
    'claude-opus-5-v1:0',
  ],
  ['claude-opus-4-5@20251101', 'claude-opus-4-5@20251101'],
  ['accounts/fireworks/models/llama-v4', 'llama-v4'],
  ['', ''],
])('%s', (model, id) => {
  expect(modelId(model)).toBe(id);
});

test.each([
  ['gpt-5', 'gpt-5', true],
  ['gpt-5-codex', 'gpt-5', true],
  ['x/y:free', 'x/y', true],
  ['gpt-5.9', 'gpt-5', false],
  ['gpt-50', 'gpt-5', false],
  ['gpt-4o', 'gpt-4', false],
  ['anything', '', true],
])('%s begins with %s: %s', (id, name, does) => {
  expect(beginsWith(id, name)).toBe(does);
});

test.each([
  ['claude-opus-5-v1:0', 'claude-opus-5', true],
  ['claude-opus-5@20260801', 'claude-opus-5', true],
  ['claude-opus-5-20260801-v1:0', 'claude-opus-5', true],
  ['gpt-4-0613', 'gpt-4', true],
  ['gpt-4o-audio-preview', 'gpt-4o', false],
  ['gpt-5-mini', 'gpt-5', false],
])('%s is a snapshot of %s: %s', (id, name, is) => {
  expect(isSnapshotOf(id, name)).toBe(is);
});

test('the longest that fits, in whatever order they come', () => {
  const name = fc.stringMatching(/^[a-c-]{0,6}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name), name, (names, id) => {
      const found = longestName(names, (each) => beginsWith(id, each));
      const fitting = names.filter((each) => beginsWith(id, each));
      expect(found?.length).toBe(
        fitting.length === 0 ? undefined : Math.max(...fitting.map((each) => each.length)),
      );
    }),
  );
});

test('long and hostile ids are answered at once', () => {
  for (const id of ['a-'.repeat(50_000), `${'a.'.repeat(50_000)}!`, '/'.repeat(100_000)]) {
    expect(modelId(id).length).toBeLessThanOrEqual(256);
  }
});
