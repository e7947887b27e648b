import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import Instructor from '@instructor-ai/instructor';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import { Agent as MastraAgent } from '@mastra/core/agent';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { Agent, OpenAIProvider, Runner } from '@openai/agents';
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import { CohereClientV2 } from 'cohere-ai';
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { seamFor } from '../../src/sdk/seams.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';

const apiKey = 'key';
const model = 'gpt-4o';

const OTHERS: readonly (readonly [string, unknown, RegExp])[] = [
  ['GoogleGenAI', new GoogleGenAI({ apiKey }), /Google's SDK: limit `new GoogleGenAI\({ httpO/],
  ['an AI SDK provider', createOpenAI({ apiKey }), /the AI SDK: limit `createOpenAI\({ fetch }\)`/],
  ['another', createAnthropic({ apiKey }), /the AI SDK: .*`createAnthropic`/],
  ['an AI SDK model', createOpenAI({ apiKey })(model), /the AI SDK: limit `createOpenAI/],
  [
    'an AI SDK model for embeddings',
    createOpenAI({ apiKey }).embedding('text-embedding-3-small'),
    /the AI SDK: limit `createOpenAI/,
  ],
  ['ChatOpenAI', new ChatOpenAI({ apiKey, model }), /LangChain's: .*{ configuration: { fetch } }/],
  [
    'ChatAnthropic',
    new ChatAnthropic({ apiKey, model }),
    /LangChain's: .*clientOptions: { fetch }/,
  ],
  [
    'Mistral',
    new Mistral({ apiKey }),
    /Mistral's SDK: limit `new Mistral\({ httpClient: new HTTPC/,
  ],
  ['Cohere', new CohereClientV2({ token: 'key' }), /Cohere's SDK: limit `new CohereClientV2\({ f/],
  ['LlamaIndex', new LlamaOpenAI({ apiKey, model }), /LlamaIndex's: .*additionalSessionOptions/],
  [
    'another client of AWS',
    Object.assign(new BedrockRuntimeClient({ region: 'eu-west-1' }), {
      config: { serviceId: 'Bedrock Agent Runtime' },
    }),
    /or a `BedrockRuntimeClient`, got .*\. Any other client is limited by its `fetch`/,
  ],
  ['an Agents provider', new OpenAIProvider({ apiKey }), /Agents SDK: limit its client: `new Runn/],
  ['an Agents runner', new Runner(), /of OpenAI's Agents SDK: .*withRateLimit\(new OpenAI\(\)\)/],
  ['an agent of theirs', new Agent({ name: 'a' }), /of OpenAI's Agents SDK/],
  [
    'Mastra',
    new MastraAgent({ name: 'a', id: 'a', instructions: '', model: 'openai/gpt-4o' }),
    /Mastra's: limit its model, .*`createOpenAI\({ fetch }\)\('gpt-4o'\)`, with `fetch = /,
  ],
  ['a `fetch`', globalThis.fetch, /For a `fetch`, use `rateLimitedFetch\({ fetch }\)`$/],
  ['any other', { get: () => {} }, /Any other client is limited by its `fetch`/],
  [
    'Instructor',
    Instructor({ client: new OpenAI({ apiKey }), mode: 'TOOLS' }),
    /Instructor's: limit its client: `Instructor\({ client: withRateLimit\(new OpenAI\(\)\), … }\)`$/,
  ],
];

describe('the error for an object that is no client', () => {
  it.each(OTHERS)('names the way to limit %s', (_, given, way) => {
    const refused = (): unknown => withRateLimit(given as Parameters<typeof withRateLimit>[0]);
    expect(refused).toThrow(TypeError);
    expect(refused).toThrow(/^Expected `client` to be a client of `openai`/);
    expect(refused).toThrow(way);
    expect(refused).not.toThrow(/forgotten/);
  });

  it('names options that their packages have', () => {
    const fetch = globalThis.fetch;
    // Types hold this: an option that a package no longer has doesn't compile.
    new GoogleGenAI({ apiKey, httpOptions: { fetch } });
    new ChatOpenAI({ apiKey, model, configuration: { fetch } });
    new ChatAnthropic({ apiKey, model, clientOptions: { fetch } });
    new Mistral({ apiKey, httpClient: new HTTPClient({ fetcher: fetch }) });
    new CohereClientV2({ token: 'key', fetch });
    new LlamaOpenAI({ apiKey, model, additionalSessionOptions: { fetch } });
    const handler = new FetchHttpHandler({ customFetch: fetch });
    expect(handler.httpHandlerConfigs()).toMatchObject({ customFetch: fetch });
  });

  it('is told of anything, and never fails itself', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBoxedValues: true }), (given) => {
        expect(typeof seamFor(given)).toBe('string');
      }),
    );
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => seamFor(proxy)).not.toThrow();
  });
});
