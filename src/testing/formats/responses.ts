import { countMember } from '../../model/json.ts';
import type { TextPiece } from '../reply.ts';
import { sseEvent } from '../sse.ts';
import type { AnsweredCall, BodyPart, Format } from './format.ts';

/** OpenAI's Responses API. Field names and the order of events as in the types of openai 7.57.0. */
export const responses: Format = {
  maxOutputTokens: (body) => countMember(body, 'max_output_tokens'),
  complete: (exchange) => ended(exchange),
  stream: (exchange, pieces) =>
    eventsOf(exchange, pieces).map(({ tokens, ...event }, index) => ({
      text: sseEvent({ ...event, sequence_number: index }, event.type),
      tokens: tokens ?? 0,
    })),
  streamError: () =>
    sseEvent(
      {
        type: 'error',
        code: 'server_error',
        message: 'The server had an error while processing your request. Sorry about that!',
        param: null,
        sequence_number: 0,
      },
      'error',
    ),
};

interface Event {
  readonly type: string;
  /** Output tokens that the event stands for; not sent. */
  readonly tokens?: BodyPart['tokens'];
  readonly [field: string]: unknown;
}

function eventsOf(exchange: AnsweredCall, pieces: readonly TextPiece[]): Event[] {
  const { reply } = exchange;
  const item = { item_id: itemId(exchange), output_index: 0 };
  const part = { ...item, content_index: 0 };
  return [
    { type: 'response.created', response: response(exchange, 'in_progress') },
    { type: 'response.in_progress', response: response(exchange, 'in_progress') },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...message(exchange, 'in_progress'), content: [] },
    },
    { type: 'response.content_part.added', ...part, part: outputText('') },
    ...pieces.map(({ text, tokens }) => ({
      type: 'response.output_text.delta',
      ...part,
      delta: text,
      logprobs: [],
      tokens,
    })),
    { type: 'response.output_text.done', ...part, text: reply.text, logprobs: [] },
    { type: 'response.content_part.done', ...part, part: outputText(reply.text) },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: message(exchange, reply.truncated ? 'incomplete' : 'completed'),
    },
    {
      type: reply.truncated ? 'response.incomplete' : 'response.completed',
      response: ended(exchange),
    },
  ];
}

function ended(exchange: AnsweredCall): object {
  const { call, reply } = exchange;
  const status = reply.truncated ? 'incomplete' : 'completed';
  return {
    ...response(exchange, status),
    incomplete_details: reply.truncated ? { reason: 'max_output_tokens' } : null,
    output: [message(exchange, status)],
    usage: {
      input_tokens: call.inputTokens,
      input_tokens_details: { cached_tokens: reply.cachedInputTokens, cache_write_tokens: 0 },
      output_tokens: reply.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: call.inputTokens + reply.outputTokens,
    },
  };
}

function response({ call }: AnsweredCall, status: string): object {
  return {
    id: `resp_sim${call.id}`,
    object: 'response',
    created_at: Math.floor(call.time / 1000),
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: call.maxOutputTokens ?? null,
    metadata: {},
    model: call.model,
    output: [],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: null,
  };
}

function message(exchange: AnsweredCall, status: string): object {
  const content = [outputText(exchange.reply.text)];
  return { id: itemId(exchange), type: 'message', status, role: 'assistant', content };
}

function itemId({ call }: AnsweredCall): string {
  return `msg_sim${call.id}`;
}

function outputText(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}
