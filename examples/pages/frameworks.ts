import '../support/providers.ts'; // simulated ones, where no API key is set
import { createOpenAI } from '@ai-sdk/openai';
import { GoogleGenAI } from '@google/genai';
import { ChatOpenAI } from '@langchain/openai';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { generateText } from 'ai';
import { CohereClientV2 } from 'cohere-ai';
import { createRateLimiter, rateLimitedFetch } from 'llm-headroom';

// #region ai-sdk
const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 200_000 } });
const openai = createOpenAI({ fetch: limiter.fetch });

const { text } = await generateText({
  model: openai('gpt-4o-mini'),
  prompt: 'What is a limit? One sentence.',
  maxOutputTokens: 50,
  maxRetries: 0, // a call that is refused with 429 is sent again by the limiter
});
// #endregion ai-sdk
console.log(text);

// #region langchain
const fetch = rateLimitedFetch({ limiter, rejections: 'response' });
const model = new ChatOpenAI({ model: 'gpt-4o-mini', configuration: { fetch } });

const answers = await model.batch(['What is a rate?', 'What is a window?']);
// #endregion langchain
console.log(answers.length);

// #region others
const gemini = new GoogleGenAI({
  apiKey: process.env.GEMINI_API_KEY ?? 'key',
  httpOptions: { fetch: limiter.fetch },
});
const mistral = new Mistral({ httpClient: new HTTPClient({ fetcher: limiter.fetch }) });
const cohere = new CohereClientV2({ fetch: limiter.fetch });
// #endregion others
console.log([gemini, mistral, cohere].length);
