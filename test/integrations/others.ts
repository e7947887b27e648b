import { ChatOpenAI } from '@langchain/openai';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { countMember } from '../../src/model/json.ts';
import { type Integration, MOST_TOKENS, PROMPT } from './integration.ts';

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
      async stream() {
        let text = '';
        for await (const chunk of await model.stream(PROMPT)) text += chunk.text;
        return text;
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
      async stream() {
        let text = '';
        for await (const { data } of await client.chat.stream(chat)) {
          text += data.choices[0]?.delta.content ?? '';
        }
        return text;
      },
    };
  },
};
