import './support/providers.ts'; // simulated ones, where no API key is set
import { ChatOpenAI } from '@langchain/openai';
import { rateLimitedFetch } from 'llm-headroom';

const fetch = rateLimitedFetch({ limits: { rpm: 300, tpm: 200_000 }, rejections: 'response' });
const model = new ChatOpenAI({ model: 'gpt-4o-mini', maxTokens: 50, configuration: { fetch } });

const answers = await model.batch(['What is a rate?', 'What is a window?']);
for (const { text } of answers) console.log(text);
