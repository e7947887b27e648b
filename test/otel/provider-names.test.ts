import { expect, it } from 'vitest';
import { providerName } from '../../src/otel/provider-names.ts';

it.each([
  ['api.openai.com/gpt-4o', '/chat/completions', 'openai', 'openai'],
  ['u.openai.azure.com/eu', '/chat/completions', 'azure', 'azure.ai.openai'],
  ['own.example:8080/eu', '/chat/completions', 'azure', 'azure.ai.openai'],
  ['api.anthropic.com/claude-haiku-4-5', '/v1/messages', 'anthropic', 'anthropic'],
  ['eu-aiplatform.googleapis.com/claude-opus-5-5', '/v1/messages', 'anthropic', 'gcp.vertex_ai'],
  ['bedrock-runtime.eu-west-1.amazonaws.com/x', '/model/x/converse', 'compatible', 'aws.bedrock'],
  [
    'generativelanguage.googleapis.com/g',
    '/v1/models/g:generateContent',
    'compatible',
    'gcp.gemini',
  ],
  ['api.mistral.ai/mistral-small', '/v1/chat/completions', 'compatible', 'mistral_ai'],
  ['api.moonshot.ai/kimi', '/v1/chat/completions', 'compatible', 'moonshot_ai'],
  ['api.cohere.com/command-a', '/v2/chat', 'compatible', 'cohere'],
  ['api.groq.com/openai/gpt-oss-20b', '/chat/completions', 'compatible', 'groq'],
  ['api.deepseek.com/deepseek-chat', '/chat/completions', 'compatible', 'deepseek'],
  ['api.x.ai/grok-5', '/chat/completions', 'compatible', 'x_ai'],
  ['localhost:8000/own', '/chat/completions', 'compatible', 'compatible'],
])('a call of the lane %s to %s by the rules of %s is to %s', (lane, path, provider, name) => {
  expect(providerName({ lane, path, provider })).toBe(name);
});
