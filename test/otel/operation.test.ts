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
])('%s is %s', (path, operation) => {
  expect(operationOf(path)).toBe(operation);
});
