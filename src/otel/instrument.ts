import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import type { RateLimiter } from '../limiter.ts';
import { VERSION } from '../version.ts';
import { countCalls } from './call-metrics.ts';
import { observeLanes } from './lane-metrics.ts';
import { noteOnSpans } from './span-events.ts';

/** Options of `instrument`. */
export interface InstrumentOptions {
  /** Makes the meter. @default the global meter provider */
  readonly meterProvider?: MeterProvider | undefined;
  /** Added to every measurement: `{ 'service.part': 'importer' }`. Use few values, and no callers' keys. */
  readonly attributes?: Attributes | undefined;
  /** Whether the active span gets events when calls wait, go or are rejected. @default true */
  readonly spanEvents?: boolean | undefined;
}

/**
 * Reports a limiter to OpenTelemetry: waits, queues, limits, refusals, tokens and spend as metrics, and
 * waits and rejections of calls as events on the active span. It never reports prompts, callers' keys
 * or credentials. Returns a function that stops it.
 *
 * Metrics of tokens and durations are named by the GenAI conventions (in development, 2026-11); all
 * other names begin with `llm_headroom.`.
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
