import { expect, test } from 'vitest';
import { providerFor } from '../../src/providers/provider-for.ts';

test.each([
  ['https://api.openai.com/v1', 'openai'],
  ['https://eu.api.openai.com/v1', 'openai'],
  ['https://res.openai.azure.com/openai', 'azure'],
  ['https://res.cognitiveservices.azure.com/openai/v1', 'azure'],
  ['https://res.services.ai.azure.com/openai/v1', 'azure'],
  ['https://api.groq.com/openai/v1', 'compatible'],
  ['https://openrouter.ai/api/v1', 'compatible'],
  ['https://api.openai.com.evil.test/v1', 'compatible'],
  ['https://notapi.openai.com/v1', 'compatible'],
  ['https://bedrock-mantle.us-east-1.api.aws/openai/v1', 'compatible'],
  ['https://api.anthropic.com/v1', 'compatible'],
  ['http://localhost:11434/v1', 'compatible'],
  ['not a url', 'compatible'],
])('openai at %s: %s', (baseURL, name) => {
  expect(providerFor({ sdk: 'openai', baseURL, azure: false }).name).toBe(name);
});

test('an AzureOpenAI is Azure wherever its gateway is', () => {
  const destination = {
    sdk: 'openai',
    baseURL: 'https://gateway.test/openai',
    azure: true,
  } as const;
  expect(providerFor(destination).name).toBe('azure');
});

test.each([
  ['https://api.anthropic.com', 'anthropic'],
  ['https://bedrock-runtime.us-east-1.amazonaws.com', 'anthropic'],
  ['https://bedrock-mantle.us-east-1.api.aws/anthropic', 'anthropic'],
  ['https://us-east5-aiplatform.googleapis.com/v1', 'anthropic'],
  ['https://aiplatform.googleapis.com/v1', 'anthropic'],
  ['https://aiplatform.us.rep.googleapis.com/v1', 'anthropic'],
  ['https://res.services.ai.azure.com/anthropic', 'anthropic'],
  ['https://api.deepseek.com/anthropic', 'anthropic-compatible'],
  ['http://localhost:4000', 'anthropic-compatible'],
])('anthropic at %s: %s', (baseURL, name) => {
  expect(providerFor({ sdk: 'anthropic', baseURL, azure: false }).name).toBe(name);
});
