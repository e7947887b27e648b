import Anthropic from '@anthropic-ai/sdk';
import { withRateLimit } from 'llm-headroom';
import {
  INSTRUCTIONS,
  type LimitedSummariser,
  MAX_OUTPUT_TOKENS,
  type Summariser,
  type SummariserOptions,
  USUAL_BURST_SECONDS,
} from './summariser.ts';

export function anthropicSummariser(options: SummariserOptions): LimitedSummariser {
  const { model, rateLimit, apiKey, baseURL } = options;
  const client = withRateLimit(new Anthropic({ apiKey, baseURL }), rateLimit);
  return {
    ...summariserOn(client, model),
    limiter: client.rateLimit,
    burstSeconds: rateLimit.burstSeconds ?? USUAL_BURST_SECONDS,
  };
}

/** The same without a limiter. */
export function bareAnthropicSummariser({ model, apiKey, baseURL }: SummariserOptions): Summariser {
  return summariserOn(new Anthropic({ apiKey, baseURL }), model);
}

function summariserOn(client: Anthropic, model: string): Summariser {
  const request = (text: string) => ({
    model,
    max_tokens: MAX_OUTPUT_TOKENS,
    system: INSTRUCTIONS,
    messages: [{ role: 'user' as const, content: text }],
  });
  return {
    async summarise(text, signal) {
      const message = await client.messages.create(request(text), { signal });
      return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
    summariseStreamed: (text, signal) =>
      client.messages.stream(request(text), { signal }).finalText(),
  };
}
