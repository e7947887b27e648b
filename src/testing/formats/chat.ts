import { countMember, isObject, type JsonObject } from '../../model/json.ts';
import type { Reply } from '../reply.ts';
import { SSE_DONE, sseEvent } from '../sse.ts';
import { type AnsweredCall, type BodyPart, bare, type Format } from './format.ts';

/**
 * OpenAI's chat completions. Field names and the order of events as in the types of openai 7.57.0:
 * with `stream_options.include_usage` there is one more event, with usage and no choices, and the
 * usage of all others is null.
 */
export const chat: Format = {
  maxOutputTokens: (body) =>
    countMember(body, 'max_completion_tokens') ?? countMember(body, 'max_tokens'),

  complete: ({ call, reply }) => ({
    ...head(call.id, call.time, call.model, 'chat.completion'),
    choices: Array.from({ length: call.choices }, (_, index) => ({
      index,
      message: { role: 'assistant', content: reply.text, refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: finishReason(reply),
    })),
    usage: usage(call.inputTokens, reply),
  }),

  stream: ({ call, reply }, pieces) => {
    const withUsage = wantsUsage(call.body);
    const choices = Array.from({ length: call.choices }, (_, index) => index);
    const chunk = (index: number, delta: object, finish: string | null, tokens = 0): BodyPart => ({
      text: sseEvent({
        ...head(call.id, call.time, call.model, 'chat.completion.chunk'),
        choices: [{ index, delta, logprobs: null, finish_reason: finish }],
        ...(withUsage ? { usage: null } : {}),
      }),
      tokens,
    });
    return [
      ...choices.map((index) => chunk(index, { role: 'assistant', content: '' }, null)),
      ...pieces.flatMap(({ text, tokens }) =>
        choices.map((index) => chunk(index, { content: text }, null, tokens)),
      ),
      ...choices.map((index) => chunk(index, {}, finishReason(reply))),
      ...(withUsage ? [bare(usageEvent({ call, reply }))] : []),
      bare(SSE_DONE),
    ];
  },

  streamError: () =>
    sseEvent({
      error: {
        message: 'The server had an error while processing your request. Sorry about that!',
        type: 'server_error',
        param: null,
        code: null,
      },
    }),
};

function head(id: number, time: number, model: string, object: string): object {
  return { id: `chatcmpl-sim${id}`, object, created: Math.floor(time / 1000), model };
}

function finishReason(reply: Reply): string {
  return reply.truncated ? 'length' : 'stop';
}

function usageEvent({ call, reply }: AnsweredCall): string {
  return sseEvent({
    ...head(call.id, call.time, call.model, 'chat.completion.chunk'),
    choices: [],
    usage: usage(call.inputTokens, reply),
  });
}

function usage(inputTokens: number, reply: Reply): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: reply.outputTokens,
    total_tokens: inputTokens + reply.outputTokens,
    prompt_tokens_details: { cached_tokens: reply.cachedInputTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function wantsUsage(body: JsonObject): boolean {
  const options = body.stream_options;
  return isObject(options) && options.include_usage === true;
}
