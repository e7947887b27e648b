import { describe, expect, test } from 'vitest';
import { outputWeightOf } from '../../src/providers/enforcement.ts';
import type { PresetHost } from '../../src/providers/host.ts';
import { presetFor } from '../../src/providers/preset-for.ts';
import { figures } from './figures.ts';

type Case = [host: PresetHost, model: string, tier: string | number | undefined, figures: string];

test.each<Case>([
  ['groq', 'llama-3.1-8b-instant', 'Free', '30 rpm 14400 rpd 6000 tpm 500000 tpd'],
  ['groq', 'llama-3.3-70b-versatile', 'Free', '30 rpm 1000 rpd 12000 tpm 100000 tpd'],
  ['groq', 'openai/gpt-oss-120b', 'Free', '30 rpm 1000 rpd 8000 tpm 200000 tpd'],
  ['groq', 'openai/gpt-oss-20b', 'Free', '30 rpm 1000 rpd 8000 tpm'],
  ['groq', 'qwen/qwen3-32b', undefined, '60 rpm 6000 tpm'],
  ['groq', 'moonshotai/kimi-k2', undefined, '30 rpm 6000 tpm'],
  ['groq', 'openai/gpt-oss-120b', 'Developer', 'nothing'],

  ['openrouter', 'deepseek/deepseek-r1:free', 'Free', '20 rpm 50 rpd'],
  ['openrouter', 'meta-llama/llama-3.3-70b-instruct:free', 'Paid', '20 rpm 1000 rpd'],
  ['openrouter', 'qwen/qwen3-coder:free', undefined, '20 rpm'],
  ['openrouter', 'openai/gpt-4o', 'Paid', 'nothing'],

  ['mistral', 'mistral-medium-2508', undefined, '23 rpm 356250 tpm'],
  ['mistral', 'ministral-3b-2512', 'Tier 1', '750 rpm'],
  ['mistral', 'codestral-latest', undefined, '23 rpm 356250 tpm'],

  ['xai', 'grok-4.6', 'Tier 0', '150 rps 50000000 tpm'],
  ['xai', 'grok-4.5', 3, '312 rps 74000000 tpm'],
  ['xai', 'grok-4.3', 1, '50 rps 15000000 tpm'],
  ['xai', 'grok-4.20-0309-reasoning', 4, '208 rps 85000000 tpm'],
  ['xai', 'grok-4.20-multi-agent-0309', 2, '18 rps 6200000 tpm'],
  ['xai', 'grok-4.5', undefined, '150 rps 50000000 tpm'],
  ['xai', 'grok-9', undefined, '9 rps 2500000 tpm'],

  ['deepseek', 'deepseek-v4-pro', undefined, '500 in flight'],
  ['deepseek', 'deepseek-v4-flash', undefined, '2500 in flight'],
  ['deepseek', 'deepseek-chat', undefined, '500 in flight'],

  ['gemini', 'models/gemini-3.5-flash-lite', 'Free', '15 rpm 500 rpd 250000 itpm'],
  ['gemini', 'gemini-3.8-flash', 'Free', '5 rpm 20 rpd 250000 itpm'],
  ['gemini', 'gemma-4-31b-it', 'Free', '30 rpm 14400 rpd 16000 itpm'],
  ['gemini', 'gemini-4-ultra', 'Free', '5 rpm 250000 itpm'],
  ['gemini', 'gemini-3.8-flash', undefined, 'nothing'],
  ['gemini', 'gemini-3.8-flash', 'Tier 1', 'nothing'],

  ['cerebras', 'gemma-4-31b', 'Free', '5 rpm 150 rph 2400 rpd 30000 tpm 1000000 tph 1000000 tpd'],
  ['cerebras', 'gpt-oss-120b', 'Free', '5 rpm 30000 tpm 1000000 tph 1000000 tpd'],
  ['cerebras', 'gpt-oss-120b', undefined, '1000 rpm 1000000 tpm'],
  ['cerebras', 'zai-glm-4.7', 'developer', '500 rpm 500000 tpm'],
  ['cerebras', 'llama-9', undefined, '300 rpm 500000 tpm'],

  ['bedrock', 'us.anthropic.claude-opus-5-5-v1:0', undefined, '30000000 tpm'],
  ['bedrock', 'anthropic.claude-opus-5-5-v1:0', undefined, '15000000 tpm'],
  ['bedrock', 'global.anthropic.claude-sonnet-5-5-v1:0', undefined, '6000000 tpm'],
  ['bedrock', 'amazon.nova-pro-v1:0', undefined, 'nothing'],

  ['moonshot', 'kimi-k3', 0, '1 in flight 3 rpm 500000 tpm 1500000 tpd'],
  ['moonshot', 'kimi-k3', 'Tier1', '50 in flight 200 rpm 2000000 tpm'],
  ['moonshot', 'moonshot-v1-8k', 5, '1000 in flight 10000 rpm 5000000 tpm'],
  ['moonshot', 'kimi-k3', undefined, '50 in flight 200 rpm 2000000 tpm'],

  ['azure', 'gpt-4o-eu', undefined, 'nothing'],
  ['vertex', 'claude-opus-5@20260801', undefined, 'nothing'],
  ['together', 'meta-llama/Llama-4', undefined, 'nothing'],
  ['fireworks', 'accounts/fireworks/models/x', undefined, 'nothing'],
])('%s: %s in tier %s', (host, model, tier, expected) => {
  expect(figures({ host, model, tier })).toBe(expected);
});

describe('who shares a limit', () => {
  test('all free models of OpenRouter, and all models of Moonshot', () => {
    const of = (host: PresetHost, model: string) => presetFor({ host, model })?.family;
    expect(of('openrouter', 'a/b:free')).toBe(of('openrouter', 'c/d:free'));
    expect(of('moonshot', 'kimi-k3')).toBe(of('moonshot', 'moonshot-v1-8k'));
  });

  test('nobody else', () => {
    expect(presetFor({ host: 'xai', model: 'grok-4.5' })?.family).toBe('grok-4.5');
    expect(presetFor({ host: 'groq', model: 'llama-9' })?.family).toBe('llama-9');
  });
});

test('a host with one tier needs no name for it', () => {
  const query = { host: 'deepseek', model: 'deepseek-v4-pro' } as const;
  expect(presetFor(query)).toMatchObject({ tier: 'Default', isGuess: false });
});

/** "Token burndown", 2026-08-27. */
test.each([
  ['us.anthropic.claude-opus-4-7-v1:0', 5],
  ['anthropic.claude-opus-4-8-v1:0', 15],
  ['anthropic.claude-3-7-sonnet-20250219-v1:0', 5],
  ['global.anthropic.claude-sonnet-5-v1:0', 10],
  ['openai.gpt-5.6-luna-v1:0', 10],
  ['amazon.nova-pro-v1:0', 1],
  ['', 1],
])('Bedrock counts a token of output of %s as %d', (model, weight) => {
  expect(outputWeightOf('bedrock', model)).toBe(weight);
});
