import { countMember } from '../../model/json.ts';
import { sseEvent } from '../sse.ts';
import { type AnsweredCall, type BodyPart, bare, type Format } from './format.ts';

/**
 * Anthropic's Messages API. Field names and the order of events as in the types of
 * @anthropic-ai/sdk 1.12.0: the usage of `message_delta` is cumulative.
 */
export const messages: Format = {
  maxOutputTokens: (body) => countMember(body, 'max_tokens'),

  complete: (exchange) => message(exchange, true),

  stream: (exchange, pieces) => [
    event('message_start', { message: message(exchange, false) }),
    event('content_block_start', { index: 0, content_block: textBlock('') }),
    event('ping', {}),
    ...pieces.map(({ text, tokens }) => ({
      ...event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
      tokens,
    })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', {
      delta: { stop_reason: stopReason(exchange), stop_sequence: null },
      usage: usage(exchange, exchange.reply.outputTokens),
    }),
    event('message_stop', {}),
  ],

  streamError: () =>
    sseEvent(
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'error',
    ),
};

function event(type: string, fields: object): BodyPart {
  return bare(sseEvent({ type, ...fields }, type));
}

/** `message_start` reports one token of output, as the service does before it has produced any. */
function message(exchange: AnsweredCall, finished: boolean): object {
  const { call, reply } = exchange;
  return {
    id: `msg_sim${call.id}`,
    type: 'message',
    role: 'assistant',
    model: call.model,
    content: finished ? [textBlock(reply.text)] : [],
    stop_reason: finished ? stopReason(exchange) : null,
    stop_sequence: null,
    usage: usage(exchange, finished ? reply.outputTokens : Math.min(1, reply.outputTokens)),
  };
}

function textBlock(text: string): object {
  return { type: 'text', text, citations: null };
}

function stopReason({ reply }: AnsweredCall): string {
  return reply.truncated ? 'max_tokens' : 'end_turn';
}

/** Here `input_tokens` leaves out what a cache has read or written. */
function usage({ call, reply }: AnsweredCall, outputTokens: number): object {
  const cached = reply.cachedInputTokens + reply.cacheWriteTokens;
  return {
    input_tokens: Math.max(0, call.inputTokens - cached),
    cache_creation_input_tokens: reply.cacheWriteTokens,
    cache_read_input_tokens: reply.cachedInputTokens,
    output_tokens: outputTokens,
    service_tier: 'standard',
  };
}
