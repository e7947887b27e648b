import { withRateLimit } from 'llm-headroom';
import { createSimulator } from 'llm-headroom/testing';
import { http } from 'msw';
import { setupServer } from 'msw/node';
import OpenAI from 'openai';

const simulator = createSimulator({ limits: { rpm: 60, tpm: 40_000 } });
const messages = [{ role: 'user' as const, content: 'Hello' }];
const body = { model: 'gpt-4o-mini', max_completion_tokens: 20, messages };

// #region fetch
const openai = withRateLimit(new OpenAI({ apiKey: 'any', fetch: simulator.fetch }));
// #endregion fetch
await openai.chat.completions.create(body);

// #region server
const { url, close } = await simulator.listen();
const remote = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1` });
// #endregion server
await remote.chat.completions.create(body);
await close();

// #region msw
const server = setupServer(...simulator.handlers({ http }));
server.listen();
// #endregion msw
await new OpenAI({ apiKey: 'any' }).chat.completions.create(body);
server.close();

// #region faults
const faulty = createSimulator({
  limits: { rpm: 60 },
  enforcement: 'window',
  latency: { firstByteMs: 300, perTokenMs: 20 },
  faults: ['none', 503, 'cut-stream'], // the first call goes well, the second gets a 503, …
});
// #endregion faults
const client = new OpenAI({ apiKey: 'any', fetch: faulty.fetch, maxRetries: 0 });
await client.chat.completions.create(body);
const refused = await client.chat.completions.create(body).catch(({ status }) => status);

console.log(simulator.stats().requests, refused);
