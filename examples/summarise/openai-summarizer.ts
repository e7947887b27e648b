import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';
import {
  INSTRUCTIONS,
  type LimitedSummarizer,
  MAX_OUTPUT_TOKENS,
  type Summarizer,
  type SummarizerOptions,
  USUAL_BURST_SECONDS,
} from './summarizer.ts';

export function openaiSummarizer(options: SummarizerOptions): LimitedSummarizer {
  const { model, rateLimit, apiKey, baseURL } = options;
  const client = withRateLimit(new OpenAI({ apiKey, baseURL }), rateLimit);
  return {
    ...summarizerOn(client, model),
    limiter: client.rateLimit,
    burstSeconds: rateLimit.burstSeconds ?? USUAL_BURST_SECONDS,
  };
}

/** The same without a limiter. */
export function bareOpenAISummarizer({ model, apiKey, baseURL }: SummarizerOptions): Summarizer {
  return summarizerOn(new OpenAI({ apiKey, baseURL }), model);
}

function summarizerOn(client: OpenAI, model: string): Summarizer {
  const request = (text: string) => ({
    model,
    max_completion_tokens: MAX_OUTPUT_TOKENS,
    messages: [
      { role: 'system' as const, content: INSTRUCTIONS },
      { role: 'user' as const, content: text },
    ],
  });
  return {
    async summarize(text, signal) {
      const completion = await client.chat.completions.create(request(text), { signal });
      return completion.choices[0]?.message.content ?? '';
    },
    async summarizeStreamed(text, signal) {
      const body = { ...request(text), stream: true as const };
      let summary = '';
      for await (const chunk of await client.chat.completions.create(body, { signal })) {
        summary += chunk.choices[0]?.delta.content ?? '';
      }
      return summary;
    },
  };
}
