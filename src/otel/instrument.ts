import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import type { RateLimiter } from '../limiter.ts';
import { expected, expectOneOf } from '../validate.ts';
import { VERSION } from '../version.ts';
import { countCalls } from './call-metrics.ts';
import type { Conventions } from './conventions.ts';
import { observeLanes } from './lane-metrics.ts';
import { noteOnSpans } from './span-events.ts';

/** Options of `instrument`. */
export interface InstrumentOptions {
  /** Makes the meter. @default the global meter provider */
  readonly meterProvider?: MeterProvider | undefined;
  /** Added to every measurement: `{ 'service.part': 'importer' }`. Use few values, and no callers' keys. */
  readonly attributes?: Attributes | undefined;
  /**
   * Whose names metrics of tokens and durations have: of the GenAI conventions 0.1, of the semantic
   * conventions 1.41 before them (`gen_ai.client.token.usage`), which most dashboards read, or both.
   * @default 'both'
   */
  readonly conventions?: Conventions | undefined;
  /** Whether the active span gets events when calls wait, go or are rejected. @default true */
  readonly spanEvents?: boolean | undefined;
}

/**
 * Reports a limiter to OpenTelemetry: waits, queues, limits, refusals, tokens and spend as metrics, and
 * waits and rejections of calls as events on the active span. It never reports prompts, callers' keys
 * or credentials. Returns a function that stops it.
 *
 * Metrics of tokens and durations are named by the GenAI conventions (0.1, in development) and by those
 * before; all other names begin with `llm_headroom.`.
 *
 * @example
 * const stop = instrument(openai.rateLimit);
 *
 * @throws TypeError for what is no limiter, and for conventions that aren't known
 */
export function instrument(limiter: RateLimiter, options: InstrumentOptions = {}): () => void {
  const { meterProvider, attributes = {}, conventions = 'both', spanEvents = true } = options;
  if (typeof limiter?.snapshot !== 'function') {
    throw expected('limiter', 'a limiter, such as `client.rateLimit`', limiter);
  }
  expectOneOf('conventions', conventions, ['0.1', '1.41', 'both']);
  const provider = meterProvider ?? metrics.getMeterProvider();
  const meter = provider.getMeter('llm-headroom', VERSION);
  const stops = [
    countCalls(limiter, { meter, common: attributes, conventions }),
    observeLanes(limiter, meter, attributes),
    ...(spanEvents ? [noteOnSpans(limiter)] : []),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
