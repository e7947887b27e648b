import { expect, test } from 'vitest';
import { claude } from '../../src/providers/anthropic-protocol.ts';
import {
  chargeOf,
  correctionOf,
  countsCachedInput,
  measuresOf,
  shapeOf,
  statedBy,
} from '../../src/providers/enforcement.ts';
import { HOSTS, type PresetHost } from '../../src/providers/host.ts';

test.each([
  ['openai', 'characters', 'never'],
  ['azure', 'sum', 'unknown'],
  ['cerebras', 'sum', 'unknown'],
  ['groq', 'sum', 'unknown'],
  ['bedrock', 'sum', 'settled'],
  ['anthropic', 'input', 'settled'],
  ['gemini', 'input', 'unknown'],
  ['mistral', 'used', 'settled'],
  ['deepseek', 'none', 'unknown'],
] as const)('%s charges the %s at admission; corrected: %s', (host, charge, correction) => {
  expect([chargeOf(host), correctionOf(host)]).toEqual([charge, correction]);
});

test("Claude's shape is the one of Anthropic's limits, wherever it is served", () => {
  for (const dimension of ['requests', 'tokens', 'inputTokens', 'outputTokens'] as const) {
    expect(shapeOf('anthropic', dimension)).toEqual(claude.shape(dimension));
  }
});

test.each([
  ['mistral', 'tokens', 'window'],
  ['mistral', 'requests', 'slices'],
  ['groq', 'tokens', 'bucket'],
  ['xai', 'requests', 'slices'],
  ['together', 'tokens', 'slices'],
] as const)('%s enforces %s as %s', (host, dimension, enforcement) => {
  expect(shapeOf(host, dimension).enforcement).toBe(enforcement);
});

test('no host that says that it counts by the second is sent a longer burst untried', () => {
  for (const host of Object.keys(HOSTS) as PresetHost[]) {
    const bySecond = measuresOf(host).filter(({ windowMs }) => windowMs === 1000);
    for (const { dimension } of bySecond) {
      expect([host, dimension, shapeOf(host, dimension).enforcement]).toEqual([
        host,
        dimension,
        'slices',
      ]);
    }
  }
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
  // A minute's budget, whose 48th is the second's.
  expect(statedBy('xai')[0]).toEqual({ dimension: 'requests', windowMs: 60_000 });
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
