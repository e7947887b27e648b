import './support/providers.ts'; // simulated ones, where no API key is set
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 200_000 } });
const { fetch } = limiter;

// LangChain's own retries are off: the limiter sends a call again after a 429.
const models = [
  new ChatOpenAI({ model: 'gpt-4o-mini', maxTokens: 50, maxRetries: 0, configuration: { fetch } }),
  new ChatAnthropic({
    model: 'claude-haiku-4-5',
    maxTokens: 50,
    maxRetries: 0,
    clientOptions: { fetch },
  }),
];

const questions = ['What is a chain?', 'What is a link?'];
for (const model of models) {
  const answers = await Promise.all(questions.map((question) => model.invoke(question)));
  for (const { text } of answers) console.log(text);
}

for (const { model, totals } of limiter.snapshot()) console.log(`${model}: ${totals.calls} calls`);
