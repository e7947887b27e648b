import type { OwnLimiterOptions, RateLimiter } from 'llm-headroom';

/** A model that summarizes texts, whoever provides it. */
export interface Summarizer {
  /** The summary, once it is complete. */
  summarize(text: string, signal: AbortSignal): Promise<string>;
  /** The same, received as a stream. */
  summarizeStreamed(text: string, signal: AbortSignal): Promise<string>;
}

/** A model behind a limiter. */
export interface LimitedSummarizer extends Summarizer {
  readonly limiter: RateLimiter;
  /** What the provider lets through at once, on top of its rate: in seconds of that rate. */
  readonly burstSeconds: number;
}

/** Which model, where, and what its provider allows. */
export interface SummarizerOptions {
  readonly model: string;
  readonly rateLimit: OwnLimiterOptions;
  /** @default from the environment, as the SDK does it */
  readonly apiKey?: string | undefined;
  readonly baseURL?: string | undefined;
}

export const INSTRUCTIONS =
  'Summarize the text in one plain sentence of at most 20 words. Answer with that sentence only.';
/** As OpenAI, and Anthropic for tokens, are believed to do it. */
export const USUAL_BURST_SECONDS = 60;
export const MAX_OUTPUT_TOKENS = 100;
