import { createOpenAI } from '@ai-sdk/openai';
import Instructor from '@instructor-ai/instructor';
import { ChatAnthropic } from '@langchain/anthropic';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import { Agent as MastraAgent } from '@mastra/core/agent';
import type { MastraModelConfig } from '@mastra/core/llm';
import { Agent, OpenAIProvider, Runner } from '@openai/agents';
import OpenAI from 'openai';
import { z } from 'zod/v3';
import { countMember, field, textField } from '../../src/model/json.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { type Integration, MOST_TOKENS, PROMPT, READ_ON, type Seams } from './integration.ts';

const apiKey = 'key';
const model = 'gpt-4o';

/** OpenAI's client, limited. Its retries are allowed: it leaves 429s to the limiter. */
const limited = ({ server: fetch, limiter, origin }: Seams): OpenAI =>
  withRateLimit(new OpenAI({ apiKey, baseURL: `${origin}/v1`, fetch }), { limiter });

export const chatAnthropic: Integration = {
  name: 'LangChain, `@langchain/anthropic`',
  how: '`new ChatAnthropic({ clientOptions: { fetch: limiter.fetch } })`',
  provider: 'anthropic',
  make({ fetch, origin }) {
    const chat = new ChatAnthropic({
      model: 'claude-sonnet-5',
      apiKey,
      anthropicApiUrl: origin,
      maxTokens: MOST_TOKENS,
      maxRetries: 0,
      clientOptions: { fetch },
    });
    return {
      async ask(signal) {
        const answer = await chat.invoke(PROMPT, signal && { signal });
        return { text: answer.text, ...usageIn(answer) };
      },
      async *stream(signal) {
        for await (const chunk of await chat.stream(PROMPT, signal && { signal })) yield chunk.text;
      },
    };
  },
};

function usageIn(answer: unknown) {
  const tokens = (name: string) => countMember(answer, 'usage_metadata', name);
  return { inputTokens: tokens('input_tokens'), outputTokens: tokens('output_tokens') };
}

export const langgraph: Integration = {
  name: 'LangGraph, `@langchain/langgraph`',
  how: 'its models: `new ChatOpenAI({ configuration: { fetch: limiter.fetch } })`',
  provider: 'openai',
  make({ fetch, origin }) {
    const configuration = { baseURL: `${origin}/v1`, fetch };
    const chat = new ChatOpenAI({
      model,
      apiKey,
      maxTokens: MOST_TOKENS,
      maxRetries: 0,
      configuration,
    });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('model', async ({ messages }, { signal }) => ({
        messages: [await chat.invoke(messages, signal && { signal })],
      }))
      .addEdge(START, 'model')
      .addEdge('model', END)
      .compile();
    const input = { messages: [{ role: 'user', content: PROMPT }] };
    return {
      async ask(signal) {
        const { messages } = await graph.invoke(input, signal && { signal });
        const answer = messages.at(-1);
        return { text: answer?.text ?? '', ...usageIn(answer) };
      },
      async *stream(signal) {
        const options = { streamMode: 'messages' as const, ...(signal && { signal }) };
        for await (const [chunk] of await graph.stream(input, options)) yield chunk.text;
      },
    };
  },
};

export const agents: Integration = {
  name: 'OpenAI Agents SDK, `@openai/agents`',
  how: '`new Runner({ modelProvider: new OpenAIProvider({ openAIClient: withRateLimit(new OpenAI()) }) })`',
  provider: 'openai',
  make(seams) {
    const modelProvider = new OpenAIProvider({ openAIClient: limited(seams) });
    const runner = new Runner({ modelProvider, tracingDisabled: true });
    const modelSettings = { maxTokens: MOST_TOKENS };
    const agent = new Agent({ name: 'greeter', model, modelSettings });
    return {
      async ask(signal) {
        const { finalOutput = '', state } = await runner.run(agent, PROMPT, signal && { signal });
        const { inputTokens, outputTokens } = state.usage;
        return { text: finalOutput, inputTokens, outputTokens };
      },
      async *stream(signal) {
        const result = await runner.run(agent, PROMPT, { stream: true, ...(signal && { signal }) });
        yield* result.toTextStream();
        await result.completed;
      },
    };
  },
};

export const llamaindex: Integration = {
  name: 'LlamaIndex, `@llamaindex/openai`',
  how: '`new OpenAI({ additionalSessionOptions: { fetch: limiter.fetch } })`',
  provider: 'openai',
  cannotAbort: true,
  afterBreak: READ_ON,
  make({ fetch, origin }) {
    const llm = new LlamaOpenAI({
      model: 'gpt-4o',
      apiKey,
      baseURL: `${origin}/v1`,
      maxTokens: MOST_TOKENS,
      maxRetries: 0,
      additionalSessionOptions: { fetch },
    });
    const messages = [{ role: 'user' as const, content: PROMPT }];
    return {
      async ask() {
        const { message, raw } = await llm.chat({ messages });
        const inputTokens = countMember(raw, 'usage', 'prompt_tokens');
        const outputTokens = countMember(raw, 'usage', 'completion_tokens');
        return { text: String(message.content), inputTokens, outputTokens };
      },
      async *stream() {
        for await (const { delta } of await llm.chat({ messages, stream: true })) yield delta;
      },
    };
  },
};

export const mastra: Integration = {
  name: 'Mastra, `@mastra/core`',
  how: "its model, by the AI SDK: `createOpenAI({ fetch: limiter.fetch })('gpt-4o')`",
  provider: 'openai',
  afterBreak: READ_ON,
  make({ fetch, origin }) {
    const agent = new MastraAgent({
      id: 'greeter',
      name: 'greeter',
      instructions: 'Greet.',
      // Its types are those of an earlier AI SDK.
      model: createOpenAI({ apiKey, baseURL: `${origin}/v1`, fetch })(model) as MastraModelConfig,
      maxRetries: 0,
    });
    const modelSettings = { maxOutputTokens: MOST_TOKENS, maxRetries: 0 };
    return {
      async ask(abortSignal) {
        const options = { modelSettings, ...(abortSignal && { abortSignal }) };
        const { text, usage, error } = await agent.generate(PROMPT, options);
        if (error !== undefined) throw error;
        abortSignal?.throwIfAborted();
        const { inputTokens, outputTokens } = usage;
        return { text, inputTokens, outputTokens };
      },
      async *stream(abortSignal) {
        const options = { modelSettings, ...(abortSignal && { abortSignal }) };
        yield* (await agent.stream(PROMPT, options)).textStream;
      },
    };
  },
};

export const instructor: Integration = {
  name: 'Instructor, `@instructor-ai/instructor`',
  how: "`Instructor({ client: withRateLimit(new OpenAI()), mode: 'JSON' })`",
  provider: 'openai',
  reply: '{"text":"Hello from a model."}',
  afterBreak: READ_ON,
  make(seams) {
    const client = Instructor({ client: limited(seams), mode: 'JSON' });
    const schema = z.object({ text: z.string() });
    const call = {
      model,
      max_tokens: MOST_TOKENS,
      messages: [{ role: 'user' as const, content: PROMPT }],
      response_model: { schema, name: 'Greeting' },
    };
    return {
      async ask(signal) {
        const answer: unknown = await client.chat.completions.create(call, signal && { signal });
        const usage = field(field(answer, '_meta'), 'usage');
        const inputTokens = countMember(usage, 'prompt_tokens');
        const outputTokens = countMember(usage, 'completion_tokens');
        return { text: textField(answer, 'text'), inputTokens, outputTokens };
      },
      async *stream(signal) {
        let text = '';
        const streamed = { ...call, stream: true as const };
        const parts = await client.chat.completions.create(streamed, signal && { signal });
        for await (const part of parts) {
          yield textField(part, 'text').slice(text.length);
          text = textField(part, 'text');
        }
      },
    };
  },
};
