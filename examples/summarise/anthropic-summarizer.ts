import Anthropic from '@anthropic-ai/sdk';
import { withRateLimit } from 'llm-headroom';
import {
  INSTRUCTIONS,
  type LimitedSummarizer,
  MAX_OUTPUT_TOKENS,
  type Summarizer,
  type SummarizerOptions,
  USUAL_BURST_SECONDS,
} from './summarizer.ts';

export function anthropicSummarizer(options: SummarizerOptions): LimitedSummarizer {
  const { model, rateLimit, apiKey, baseURL } = options;
  const client = withRateLimit(new Anthropic({ apiKey, baseURL }), rateLimit);
  return {
    ...summarizerOn(client, model),
    limiter: client.rateLimit,
    burstSeconds: rateLimit.burstSeconds ?? USUAL_BURST_SECONDS,
  };
}

/** The same without a limiter. */
export function bareAnthropicSummarizer({ model, apiKey, baseURL }: SummarizerOptions): Summarizer {
  return summarizerOn(new Anthropic({ apiKey, baseURL }), model);
}

function summarizerOn(client: Anthropic, model: string): Summarizer {
  const request = (text: string) => ({
    model,
    max_tokens: MAX_OUTPUT_TOKENS,
    system: INSTRUCTIONS,
    messages: [{ role: 'user' as const, content: text }],
  });
  return {
    async summarize(text, signal) {
      const message = await client.messages.create(request(text), { signal });
      return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
    summarizeStreamed: (text, signal) =>
      client.messages.stream(request(text), { signal }).finalText(),
  };
}
