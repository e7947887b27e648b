import { expect, it } from 'vitest';
import type { BatchRequest } from '../../src/cli/batch-line.ts';
import type { CallOutcome } from '../../src/cli/result-line.ts';
import { steadySend } from '../../src/cli/steady-send.ts';

const request: BatchRequest = { form: 'openai', customId: 'a', url: '/v1/x', body: {} };
const { signal } = new AbortController();
const status = (of: number): CallOutcome => ({
  ...{ kind: 'answered', status: of, requestId: '', body: '{}' },
});
const failed = (code: string): CallOutcome => ({ kind: 'failed', code, message: code });

/** What comes of calls, one after the other: `down` where the host is taken to be. */
async function comes(outcomes: readonly CallOutcome[]): Promise<string> {
  const rest = [...outcomes];
  const send = steadySend(async () => rest.shift() ?? status(200));
  let seen = '';
  for (const _ of outcomes) {
    seen += await send(request, signal).then(
      () => '.',
      () => '!',
    );
  }
  return seen;
}

const times = (count: number, outcome: CallOutcome) => Array.from({ length: count }, () => outcome);

it.each([
  [
    'calls that fail beside others',
    [...times(15, status(500)), status(200), ...times(20, status(500))],
  ],
  ['errors of the calls themselves', times(36, status(400))],
  ['calls that are too large', times(36, failed('call_too_large'))],
])('takes them as they are: %s', async (_, outcomes) => {
  expect(await comes(outcomes)).toBe('.'.repeat(36));
});

it.each([
  ['errors of the server', status(500)],
  ['pages of a gateway', failed('status_502')],
  ['pages with the status 200', failed('no_json')],
])(
  'says that the host is down after twenty in a row, until a call goes well: %s',
  async (_, outcome) => {
    const outcomes = [...times(25, outcome), status(200), ...times(3, outcome)];
    expect(await comes(outcomes)).toBe(`${'.'.repeat(20)}!!!!!....`);
  },
);
