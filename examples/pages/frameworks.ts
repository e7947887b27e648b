import { GoogleGenAI } from '@google/genai';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { CohereClientV2 } from 'cohere-ai';
import { createRateLimiter } from 'llm-headroom';

const apiKey = process.env.GEMINI_API_KEY ?? 'key';

// #region others
const limiter = createRateLimiter();
const gemini = new GoogleGenAI({ apiKey, httpOptions: { fetch: limiter.fetch } });
const mistral = new Mistral({ httpClient: new HTTPClient({ fetcher: limiter.fetch }) });
const cohere = new CohereClientV2({ fetch: limiter.fetch });
// #endregion others

console.log([gemini.models, mistral.chat, cohere.chat].length);
