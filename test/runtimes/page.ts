import OpenAI from 'openai';
import { createRateLimiter, runAs, withRateLimit } from '../../src/index.ts';

const EACH = 6;
const BODY = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Say hi' }] };

/** Makes calls at once to a server of another origin, in all ways that a page has. */
export async function callAtOnce(url: string, options: object): Promise<object> {
  const limiter = createRateLimiter(options);
  const client = { apiKey: 'any', baseURL: `${url}/v1`, dangerouslyAllowBrowser: true };
  const plain = withRateLimit(new OpenAI({ ...client, maxRetries: 0 }), { limiter });
  // What is admitted already passes the limited `fetch` uncounted.
  const doubly = withRateLimit(new OpenAI({ ...client, fetch: limiter.fetch }), { limiter });
  const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };
  const ways: (() => Promise<string | null | undefined>)[] = [
    async () => (await plain.chat.completions.create(BODY)).choices[0]?.message.content,
    async () => (await doubly.chat.completions.create(BODY)).choices[0]?.message.content,
    async () => {
      const init = { method: 'POST', headers, body: JSON.stringify(BODY) };
      const response = await limiter.fetch(`${url}/v1/chat/completions`, init);
      return (await response.json()).choices[0].message.content;
    },
    async () => {
      let text = '';
      const stream = await plain.chat.completions.create({ ...BODY, stream: true });
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
      return text;
    },
  ];
  let throttled = 0;
  limiter.on('throttled', () => throttled++);
  const answers = await Promise.all(
    Array.from({ length: EACH }, () => ways.map((way) => way())).flat(),
  );
  const [lane] = limiter.snapshot();
  return {
    answers: new Set(answers).size,
    hasWaited: throttled > 0,
    calls: lane?.totals.calls,
    limits: lane?.limits.map(({ dimension, max, source }) => [dimension, max, source]),
    concurrency: lane?.concurrency,
    runAs: refusalOf(() => runAs({ key: 'ann' }, () => 'ran')),
  };
}

function refusalOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}
