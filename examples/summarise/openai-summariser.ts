import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';
import {
  INSTRUCTIONS,
  type LimitedSummariser,
  MAX_OUTPUT_TOKENS,
  type Summariser,
  type SummariserOptions,
  USUAL_BURST_SECONDS,
} from './summariser.ts';

export function openaiSummariser(options: SummariserOptions): LimitedSummariser {
  const { model, rateLimit, apiKey, baseURL } = options;
  const client = withRateLimit(new OpenAI({ apiKey, baseURL }), rateLimit);
  return {
    ...summariserOn(client, model),
    limiter: client.rateLimit,
    burstSeconds: rateLimit.burstSeconds ?? USUAL_BURST_SECONDS,
  };
}

/** The same without a limiter. */
export function bareOpenAISummariser({ model, apiKey, baseURL }: SummariserOptions): Summariser {
  return summariserOn(new OpenAI({ apiKey, baseURL }), model);
}

function summariserOn(client: OpenAI, model: string): Summariser {
  const request = (text: string) => ({
    model,
    max_completion_tokens: MAX_OUTPUT_TOKENS,
    messages: [
      { role: 'system' as const, content: INSTRUCTIONS },
      { role: 'user' as const, content: text },
    ],
  });
  return {
    async summarise(text, signal) {
      const completion = await client.chat.completions.create(request(text), { signal });
      return completion.choices[0]?.message.content ?? '';
    },
    async summariseStreamed(text, signal) {
      const body = { ...request(text), stream: true as const };
      let summary = '';
      for await (const chunk of await client.chat.completions.create(body, { signal })) {
        summary += chunk.choices[0]?.delta.content ?? '';
      }
      return summary;
    },
  };
}
