import './support/providers.ts'; // simulated ones, where no API key is set
import { Agent, OpenAIProvider, Runner } from '@openai/agents';
import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300, tpm: 200_000 } });

// Use a runner of your own: `setDefaultOpenAIClient` works only before the first run.
const modelProvider = new OpenAIProvider({ openAIClient: openai });
const runner = new Runner({ modelProvider, tracingDisabled: true });
const agent = new Agent({ name: 'Clerk', instructions: 'One sentence.', model: 'gpt-4o-mini' });

const questions = ['What is an agent?', 'What is a runner?', 'What is a tool?'];
const results = await Promise.all(questions.map((question) => runner.run(agent, question)));
for (const { finalOutput } of results) console.log(finalOutput);

for (const { model, totals } of openai.rateLimit.snapshot()) {
  console.log(`${model}: ${totals.calls} calls`);
}
