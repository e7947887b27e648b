import { GoogleGenAI } from '@google/genai';
import { ChatOpenAI } from '@langchain/openai';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { CohereClient, CohereClientV2 } from 'cohere-ai';
import { countMember } from '../../src/model/json.ts';
import { cohereV1Wire, cohereWire, geminiWire } from './foreign-wire.ts';
import { type Integration, MOST_TOKENS, PROMPT, READ_ON } from './integration.ts';
import { translated } from './translated.ts';

export const langchain: Integration = {
  name: 'LangChain, `@langchain/openai`',
  how: '`new ChatOpenAI({ configuration: { fetch: limiter.fetch } })`',
  provider: 'openai',
  make({ fetch, origin }) {
    const model = new ChatOpenAI({
      model: 'gpt-4o',
      apiKey: 'key',
      maxTokens: MOST_TOKENS,
      maxRetries: 0,
      configuration: { baseURL: `${origin}/v1`, fetch },
    });
    return {
      async ask(signal) {
        const answer = await model.invoke(PROMPT, signal && { signal });
        const tokens = (name: string) => countMember(answer, 'usage_metadata', name);
        return {
          text: answer.text,
          inputTokens: tokens('input_tokens'),
          outputTokens: tokens('output_tokens'),
        };
      },
      async *stream(signal) {
        for await (const chunk of await model.stream(PROMPT, signal && { signal })) {
          yield chunk.text;
        }
      },
    };
  },
};

export const mistral: Integration = {
  name: '`@mistralai/mistralai`',
  how: '`new Mistral({ httpClient: new HTTPClient({ fetcher: limiter.fetch }) })`',
  provider: 'compatible',
  make({ fetch, origin }) {
    const httpClient = new HTTPClient({ fetcher: fetch });
    const client = new Mistral({ apiKey: 'key', serverURL: origin, httpClient });
    const chat = {
      model: 'mistral-medium',
      maxTokens: MOST_TOKENS,
      messages: [{ role: 'user' as const, content: PROMPT }],
    };
    return {
      async ask(signal) {
        const { choices, usage } = await client.chat.complete(
          chat,
          signal && { fetchOptions: { signal } },
        );
        const text = String(choices[0]?.message?.content);
        return { text, inputTokens: usage.promptTokens, outputTokens: usage.completionTokens };
      },
      async *stream(signal) {
        const options = signal && { fetchOptions: { signal } };
        for await (const { data } of await client.chat.stream(chat, options)) {
          yield String(data.choices[0]?.delta.content ?? '');
        }
      },
    };
  },
};

export const genai: Integration = {
  name: '`@google/genai`',
  how: '`new GoogleGenAI({ httpOptions: { fetch: limiter.fetch } })`',
  provider: 'compatible',
  translate: translated(geminiWire),
  afterBreak: READ_ON,
  make({ fetch, origin }) {
    const client = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: origin, fetch } });
    const call = {
      model: 'gemini-3.8-flash',
      contents: PROMPT,
      config: { maxOutputTokens: MOST_TOKENS },
    };
    return {
      async ask(signal) {
        const config = { ...call.config, ...(signal && { abortSignal: signal }) };
        const { text = '', usageMetadata } = await client.models.generateContent({
          ...call,
          config,
        });
        const { promptTokenCount, candidatesTokenCount } = usageMetadata ?? {};
        return { text, inputTokens: promptTokenCount, outputTokens: candidatesTokenCount };
      },
      async *stream(signal) {
        const config = { ...call.config, ...(signal && { abortSignal: signal }) };
        const stream = await client.models.generateContentStream({ ...call, config });
        for await (const chunk of stream) yield chunk.text ?? '';
      },
    };
  },
};

export const cohere: Integration = {
  name: '`cohere-ai`',
  how: '`new CohereClientV2({ fetch: limiter.fetch })`',
  provider: 'compatible',
  translate: translated(cohereWire),
  make({ fetch, origin }) {
    const client = new CohereClientV2({ token: 'key', environment: origin, fetch, maxRetries: 0 });
    const chat = {
      model: 'command-a-03-2025',
      maxTokens: MOST_TOKENS,
      messages: [{ role: 'user' as const, content: PROMPT }],
    };
    return {
      async ask(signal) {
        const { message, usage } = await client.chat(chat, signal && { abortSignal: signal });
        const [block] = message.content ?? [];
        const text = block?.type === 'text' ? block.text : '';
        const { inputTokens, outputTokens } = usage?.tokens ?? {};
        return { text, inputTokens, outputTokens };
      },
      async *stream(signal) {
        const options = signal && { abortSignal: signal };
        for await (const event of await client.chatStream(chat, options)) {
          if (event.type === 'content-delta') yield event.delta?.message?.content?.text ?? '';
        }
      },
    };
  },
};

export const cohereV1: Integration = {
  name: '`cohere-ai`, its first API',
  how: '`new CohereClient({ fetch: limiter.fetch })`',
  provider: 'compatible',
  translate: translated(cohereV1Wire),
  make({ fetch, origin }) {
    const client = new CohereClient({ token: 'key', environment: origin, fetch, maxRetries: 0 });
    const chat = { model: 'command-r', maxTokens: MOST_TOKENS, message: PROMPT };
    return {
      async ask(signal) {
        const { text, meta } = await client.chat(chat, signal && { abortSignal: signal });
        const { inputTokens, outputTokens } = meta?.tokens ?? {};
        return { text, inputTokens, outputTokens };
      },
      async *stream(signal) {
        const options = signal && { abortSignal: signal };
        for await (const event of await client.chatStream(chat, options)) {
          if (event.eventType === 'text-generation') yield event.text;
        }
      },
    };
  },
};
