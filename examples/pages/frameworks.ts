import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import { CohereClientV2 } from 'cohere-ai';
import Groq from 'groq-sdk';
import { createRateLimiter, withRateLimit } from 'llm-headroom';

const apiKey = process.env.GEMINI_API_KEY ?? 'key';

// #region others
const limiter = createRateLimiter();
const gemini = new GoogleGenAI({ apiKey, httpOptions: { fetch: limiter.fetch } });
const mistral = new Mistral({ httpClient: new HTTPClient({ fetcher: limiter.fetch }) });
const cohere = new CohereClientV2({ fetch: limiter.fetch });
// #endregion others

// #region bedrock
const requestHandler = new FetchHttpHandler({ customFetch: limiter.fetch });
const bedrock = new BedrockRuntimeClient({ region: 'eu-west-1', requestHandler });
// #endregion bedrock

// #region groq
const groq = withRateLimit(new Groq({ apiKey }));
// #endregion groq

console.log([gemini.models, mistral.chat, cohere.chat, bedrock, groq.chat].length);
