import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostOfPreset } from '../../src/providers/host.ts';

test.each([
  ['api.openai.com', 'openai'],
  ['eu.api.openai.com', 'openai'],
  ['API.OPENAI.COM.', 'openai'],
  ['contoso.openai.azure.com', 'azure'],
  ['contoso.cognitiveservices.azure.com', 'azure'],
  ['openrouter.ai', 'openrouter'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral'],
  ['api.x.ai', 'xai'],
  ['eu-west-1.api.x.ai', 'xai'],
  ['api.deepseek.com', 'deepseek'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.together.xyz', 'together'],
  ['api.together.ai', 'together'],
  ['api.fireworks.ai', 'fireworks'],
  ['bedrock-runtime.us-west-2.amazonaws.com', 'bedrock'],
  ['bedrock-runtime-fips.us-east-1.amazonaws.com', 'bedrock'],
  ['us-central1-aiplatform.googleapis.com', 'vertex'],
  ['aiplatform.googleapis.com', 'vertex'],
  ['api.moonshot.ai', 'moonshot'],
  ['api.moonshot.cn', 'moonshot'],
  ['api.anthropic.com', 'anthropic'],
  ['localhost', undefined],
  ['api.openai.com.example.org', undefined],
  ['notapi.openai.com', undefined],
  ['evilopenrouter.ai', undefined],
  ['bedrock-mantle.us-east-1.api.aws', undefined],
  ['', undefined],
])('%s through the SDK of OpenAI', (hostname, host) => {
  expect(hostOfPreset(hostname, 'openai')).toBe(host);
});

test.each([
  ['api.anthropic.com', 'anthropic'],
  ['bedrock-runtime.eu-central-1.amazonaws.com', 'bedrock'],
  ['europe-west1-aiplatform.googleapis.com', 'vertex'],
  ['aiplatform.us.rep.googleapis.com', 'vertex'],
  ['api.deepseek.com', 'deepseek'],
  ['contoso.services.ai.azure.com', undefined], // Claude on Foundry
  ['api.openai.com', undefined],
])('%s through the SDK of Anthropic', (hostname, host) => {
  expect(hostOfPreset(hostname, 'anthropic')).toBe(host);
});

test('any string is answered', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.domain()),
      fc.constantFrom('openai', 'anthropic'),
      (hostname, sdk) => {
        expect(() => hostOfPreset(hostname, sdk)).not.toThrow();
      },
    ),
  );
});
