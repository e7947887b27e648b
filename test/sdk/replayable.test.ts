import { expect, test } from 'vitest';
import { isReplayable } from '../../src/sdk/outgoing-call.ts';

const request = { method: 'POST', path: '/files' };

test.each([
  ['no body', undefined],
  ['an object', { model: 'gpt-4o' }],
  ['a text', '{}'],
  ['a form', new FormData()],
])('%s can be sent again', (_what, body) => {
  expect(isReplayable({ ...request, body })).toBe(true);
});

test.each([
  ['a web stream', new ReadableStream()],
  ['an async generator', (async function* () {})()],
  ['an iterator', { next: () => ({ done: true, value: undefined }) }],
])('%s can not be sent again: sending consumes it', (_what, body) => {
  expect(isReplayable({ ...request, body })).toBe(false);
});

test('a body that the SDK has turned into a stream can not be sent again', () => {
  const streaming = { ...request, body: {}, __metadata: { hasStreamingBody: true } };
  expect(isReplayable(streaming)).toBe(false);
});
