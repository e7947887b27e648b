import { expect, it } from 'vitest';
import { operationOf } from '../../src/otel/operation.ts';

it.each([
  ['/chat/completions', 'chat'],
  ['/v1/messages', 'chat'],
  ['/responses', 'chat'],
  ['/completions', 'text_completion'],
  ['/embeddings?a=b', 'embeddings'],
  ['/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse', 'generate_content'],
  ['/models/text-embedding-004:batchEmbedContents', 'embeddings'],
  ['/model/anthropic.claude/converse-stream', 'chat'],
  ['/images/generations', 'generations'],
  ['/v1/agents/completions', 'chat'],
  ['/v1/conversations/conv_1/restart', 'chat'],
  ['/v1beta/interactions', 'generate_content'],
  ['/v4/ai/language-model', 'chat'],
  ['/v4/ai/embedding-model', 'embeddings'],
  ['/v1/multimodalembeddings', 'embeddings'],
  ['/v1/projects/p/models/text-embedding-005:predict', 'predict'],
  ['', 'unknown'],
])('%s is %s', (path, operation) => {
  expect(operationOf(path)).toBe(operation);
});
