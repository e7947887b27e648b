import './support/providers.ts'; // simulated ones, where no API key is set
import { withRateLimit } from 'llm-headroom';
import OpenAI, { APIUserAbortError } from 'openai';

// One call at a time, so that the second has to wait for the first.
const openai = withRateLimit(new OpenAI(), { concurrency: 1 });

const ask = (content: string, signal?: AbortSignal) =>
  openai.chat.completions.create(
    { model: 'gpt-4o-mini', messages: [{ role: 'user', content }] },
    { signal },
  );

const controller = new AbortController();
openai.rateLimit.on('throttled', ({ reason }) => {
  console.log(`The second call waits (${reason}): abort it`);
  controller.abort();
});

const first = ask('What is a limit?');
const second = ask('What is a rate?', controller.signal);

// A call that is aborted while it waits was never sent, and leaves its place to others.
await second.catch((error) => {
  if (!(error instanceof APIUserAbortError)) throw error;
  console.log(`Second: ${error.message}`);
});
console.log(`First: ${(await first).choices[0]?.message.content}`);
console.log(`Sent: ${openai.rateLimit.snapshot()[0]?.totals.calls}`);
