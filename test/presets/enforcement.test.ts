import { expect, test } from 'vitest';
import {
  chargeOf,
  correctionOf,
  countsCachedInput,
  measuresOf,
  shapeOf,
} from '../../src/presets/enforcement.ts';
import { anthropic } from '../../src/providers/anthropic.ts';
import { azure } from '../../src/providers/azure.ts';
import { openai } from '../../src/providers/openai.ts';

test.each([
  ['openai', 'max', 'never known'],
  ['azure', 'sum', 'never known'],
  ['cerebras', 'sum', 'never known'],
  ['groq', 'sum', 'never known'],
  ['bedrock', 'sum', 'settled'],
  ['anthropic', 'input', 'settled'],
  ['gemini', 'input', 'never known'],
  ['deepseek', 'none', 'never known'],
] as const)('%s charges the %s at admission; corrected: %s', (host, charge, correction) => {
  expect([chargeOf(host), correctionOf(host)]).toEqual([charge, correction]);
});

test('shapes agree with those of the providers that are told apart without a preset', () => {
  for (const dimension of ['requests', 'tokens', 'inputTokens', 'outputTokens'] as const) {
    expect(shapeOf('openai', dimension)).toEqual(openai.shape(dimension));
    expect(shapeOf('azure', dimension)).toEqual(azure.shape(dimension));
    expect(shapeOf('anthropic', dimension)).toEqual(anthropic.shape(dimension));
  }
});

test.each([
  ['mistral', 'tokens', 'window'],
  ['groq', 'tokens', 'bucket'],
  ['xai', 'requests', 'slices'],
  ['together', 'tokens', 'slices'],
] as const)('%s enforces %s as %s', (host, dimension, enforcement) => {
  expect(shapeOf(host, dimension).enforcement).toBe(enforcement);
});

test('what is limited by the second', () => {
  const perSecond = (['xai', 'together', 'fireworks'] as const).map((host) =>
    measuresOf(host)
      .filter(({ windowMs }) => windowMs === 1000)
      .map(({ dimension }) => dimension),
  );
  expect(perSecond).toEqual([
    ['requests'],
    ['requests', 'tokens'],
    ['inputTokens', 'outputTokens'],
  ]);
  expect(measuresOf('deepseek')).toEqual([]);
});

test.each([
  ['openai', true],
  ['xai', true],
  ['anthropic', false],
  ['groq', false],
  ['bedrock', false],
  ['vertex', true],
] as const)('%s counts cached input: %s', (host, counts) => {
  expect(countsCachedInput(host)).toBe(counts);
});
