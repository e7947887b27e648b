/** Streams as hosts send them, in their own shapes: written for the tests, none is recorded. */
export interface HostStream {
  readonly baseURL: string;
  /** The text of the stream. `isAsked`: the request has `stream_options.include_usage`. */
  readonly stream: (isAsked: boolean) => string;
  /** What counts in the end; `undefined` where only those who ask are told. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  /** On a host that nobody knows and that sends usage unasked: the first stream that is as it was. */
  readonly sameFrom?: number;
}

const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
const COUNTED = { inputTokens: 9, outputTokens: 3 };

const chunk = (delta: object, extra: object = {}, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  ...extra,
});
const noChoices = (extra: object) => ({ ...chunk({}), choices: [], ...extra });
const sse = (...blocks: readonly (object | string)[]) =>
  blocks
    .map((block) => (typeof block === 'string' ? block : `data: ${JSON.stringify(block)}\n\n`))
    .join('');
const DONE = 'data: [DONE]\n\n';
const role = { role: 'assistant', content: '' };

/** The same text, in chunks that all have `extra`. */
const text = (extra: object = {}, last: object = extra) => [
  chunk(role, extra),
  chunk({ content: 'Grüße, ' }, extra),
  chunk({ content: '世界 "usage":null' }, extra),
  chunk({}, last, 'stop'),
];

export const HOST_STREAMS: Readonly<Record<string, HostStream>> = {
  OpenAI: {
    baseURL: 'https://api.openai.com/v1',
    stream: (isAsked) =>
      isAsked
        ? sse(
            ...text({ usage: null, obfuscation: 'x' }),
            noChoices({ usage: USAGE, obfuscation: '' }),
            DONE,
          )
        : sse(...text({ obfuscation: 'x' }), DONE),
    usage: COUNTED,
  },
  Azure: {
    baseURL: 'https://unit.openai.azure.com/openai/v1',
    stream: (isAsked) => {
      const filter = noChoices({
        prompt_filter_results: [{ prompt_index: 0 }],
        ...(isAsked && { usage: null }),
      });
      const end = isAsked ? [noChoices({ usage: USAGE })] : [];
      return sse(filter, ...text(isAsked ? { usage: null } : {}), ...end, DONE);
    },
    usage: COUNTED,
  },
  OpenRouter: {
    baseURL: 'https://openrouter.ai/api/v1',
    stream: () =>
      sse(
        ': OPENROUTER PROCESSING\n\n',
        ': OPENROUTER PROCESSING\n\n',
        ...text({ provider: 'P' }),
        noChoices({ usage: { ...USAGE, cost: 0.95, is_byok: false } }),
        DONE,
      ),
    usage: COUNTED,
  },
  'Hugging Face with Novita': {
    baseURL: 'https://router.huggingface.co/v1',
    stream: () => sse(...text(), noChoices({ usage: USAGE }), DONE),
    usage: COUNTED,
  },
  Groq: {
    baseURL: 'https://api.groq.com/openai/v1',
    stream: (isAsked) =>
      sse(
        chunk(role, { x_groq: { id: 'req_1' } }),
        ...text().slice(1, -1),
        chunk({}, { x_groq: { id: 'req_1', usage: USAGE } }, 'stop'),
        ...(isAsked ? [noChoices({ usage: USAGE })] : []),
        DONE,
      ),
    usage: COUNTED,
  },
  Mistral: {
    baseURL: 'https://api.mistral.ai/v1',
    stream: () => sse(...text({}, { usage: USAGE }), DONE),
    usage: COUNTED,
  },
  DeepSeek: {
    baseURL: 'https://api.deepseek.com',
    stream: (isAsked) =>
      sse(
        ': keep-alive\n\n',
        ...text({ usage: null }, { usage: USAGE }),
        ...(isAsked ? [noChoices({ usage: USAGE })] : []),
        DONE,
      ),
    usage: COUNTED,
  },
  xAI: {
    baseURL: 'https://api.x.ai/v1',
    stream: () => {
      const counts = (completion_tokens: number) => ({
        usage: { prompt_tokens: 9, completion_tokens, total_tokens: 9 + completion_tokens },
      });
      return sse(
        chunk(role, counts(0)),
        chunk({ content: 'a' }, counts(1)),
        chunk({}, counts(3), 'stop'),
        DONE,
      );
    },
    usage: COUNTED,
  },
  Together: {
    baseURL: 'https://api.together.xyz/v1',
    stream: () => sse(...text({ usage: null }, { usage: USAGE }), DONE),
    usage: COUNTED,
  },
  'Moonshot, in its last choice, and once more for those who ask': {
    baseURL: 'https://api.moonshot.ai/v1',
    stream: (isAsked) => {
      const { choices, ...rest } = chunk({}, {}, 'stop');
      const last = { ...rest, choices: choices.map((choice) => ({ ...choice, usage: USAGE })) };
      const end = isAsked ? [noChoices({ usage: USAGE })] : [];
      return sse(...text().slice(0, -1), last, ...end, DONE);
    },
    usage: COUNTED,
  },
  'Cerebras, asked': {
    baseURL: 'https://api.cerebras.ai/v1',
    stream: (isAsked) =>
      sse(...text(), ...(isAsked ? [noChoices({ usage: USAGE, time_info: {} })] : []), DONE),
    usage: COUNTED,
  },
  'vLLM, asked': {
    baseURL: 'http://vllm.example:8000/v1',
    stream: (isAsked) => sse(...text(), ...(isAsked ? [noChoices({ usage: USAGE })] : []), DONE),
    usage: COUNTED,
  },
  'Ollama, with CR LF': {
    baseURL: 'http://ollama.example:11434/v1',
    stream: (isAsked) =>
      sse(...text(), ...(isAsked ? [noChoices({ usage: USAGE })] : []), DONE).replaceAll(
        '\n',
        '\r\n',
      ),
    usage: COUNTED,
  },
  'llama.cpp, with timings': {
    baseURL: 'http://llama.example:8080/v1',
    stream: (isAsked) =>
      sse(
        ...text({}, { timings: {} }),
        ...(isAsked ? [noChoices({ usage: USAGE, timings: {} })] : []),
        DONE,
      ),
    usage: COUNTED,
  },
  'DeepInfra and gateways, asked: without choices': {
    baseURL: 'https://no-choices.example/v1',
    stream: (isAsked) =>
      sse(...text(), ...(isAsked ? [noChoices({ choices: undefined, usage: USAGE })] : []), DONE),
    usage: COUNTED,
  },
  'gateways, asked: null for choices': {
    baseURL: 'https://null-choices.example/v1',
    stream: (isAsked) =>
      sse(...text(), ...(isAsked ? [noChoices({ choices: null, usage: USAGE })] : []), DONE),
    usage: COUNTED,
  },
  'Gemini, compatible': {
    baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai/',
    stream: (isAsked) =>
      sse(
        chunk({ role: 'assistant', content: 'a' }),
        chunk({ content: 'b' }, {}, 'stop'),
        ...(isAsked ? [noChoices({ usage: USAGE })] : []),
        DONE,
      ),
    usage: COUNTED,
  },
  'an unknown host that sends it unasked': {
    baseURL: 'https://gateway.example/v1',
    stream: () => sse(...text(), noChoices({ usage: { ...USAGE, cost: 0.5 } }), DONE),
    usage: COUNTED,
    sameFrom: 1,
  },
  'an unknown host that sends it unasked and announces it': {
    baseURL: 'https://announcing.example/v1',
    stream: () => sse(...text({ usage: null }), noChoices({ usage: USAGE }), DONE),
    usage: COUNTED,
    sameFrom: 1,
  },
};
