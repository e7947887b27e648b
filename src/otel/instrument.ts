import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import type { RateLimiter } from '../limiter.ts';
import { VERSION } from '../version.ts';
import { countCalls } from './call-metrics.ts';
import { observeLanes } from './lane-metrics.ts';
import { noteOnSpans } from './span-events.ts';

export interface InstrumentOptions {
  /** @default the global one */
  readonly meterProvider?: MeterProvider | undefined;
  /** Added to every measurement: `{ 'service.part': 'importer' }`. Few values, and no keys of callers. */
  readonly attributes?: Attributes | undefined;
  /** Whether calls are noted on the active span, too. @default true */
  readonly spanEvents?: boolean | undefined;
}

/**
 * Measures what a limiter does with OpenTelemetry: waits, queues, limits, refusals, tokens and spend
 * as metrics, and what happens to a call as events on the span that is active. No prompt, no key of
 * a caller and no credential is told. Returns a function that ends it.
 *
 * Tokens and durations have the names of the GenAI conventions (in development, 2026-11), all else
 * begins with `llm_headroom.`.
 *
 * @example
 * const stop = instrument(openai.rateLimit);
 */
export function instrument(limiter: RateLimiter, options: InstrumentOptions = {}): () => void {
  const { meterProvider, attributes = {}, spanEvents = true } = options;
  const provider = meterProvider ?? metrics.getMeterProvider();
  const meter = provider.getMeter('llm-headroom', VERSION);
  const stops = [
    countCalls(limiter, meter, attributes),
    observeLanes(limiter, meter, attributes),
    ...(spanEvents ? [noteOnSpans(limiter)] : []),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
