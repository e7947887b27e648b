import type { Attributes, Meter } from '@opentelemetry/api';
import type { UsageEvent } from '../events.ts';
import type { RateLimiter } from '../limiter.ts';
import { operationOf } from './operation.ts';
import { providerName } from './provider-names.ts';

/** The GenAI conventions' own bounds (2026-11). */
const TOKEN_BOUNDS = Array.from({ length: 14 }, (_, i) => 4 ** i);
const SECOND_BOUNDS = Array.from({ length: 14 }, (_, i) => 0.01 * 2 ** i);
/** Calls may wait for minutes. */
const WAIT_BOUNDS = [0, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

interface OfLane {
  readonly lane: string;
  readonly model: string;
}

/** Counts what events tell of calls. Returns what ends that. */
export function countCalls(limiter: RateLimiter, meter: Meter, common: Attributes): () => void {
  const histogram = (name: string, unit: string, description: string, bounds: number[]) =>
    meter.createHistogram(name, {
      ...{ unit, description },
      advice: { explicitBucketBoundaries: bounds },
    });
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit, description });
  const waits = 'How long calls wait for the limits';
  const wait = histogram('llm_headroom.wait.duration', 's', waits, WAIT_BOUNDS);
  const tokens = histogram('gen_ai.client.token.usage', '{token}', 'Tokens used', TOKEN_BOUNDS);
  const took = 'From the request to the end of its response';
  const duration = histogram('gen_ai.client.operation.duration', 's', took, SECOND_BOUNDS);
  const estimated = counter('llm_headroom.tokens.estimated', '{token}', 'Tokens expected');
  const spend = counter('llm_headroom.spend', '{USD}', 'US dollars spent, where prices are known');
  const throttled = counter('llm_headroom.throttled', '{call}', 'Attempts that had to wait');
  const paused = counter('llm_headroom.pauses', '{pause}', 'How often lanes were paused');
  const rejected = counter('llm_headroom.rejections', '{call}', 'Calls that the limiter rejected');
  const of = ({ lane, model }: OfLane): Attributes => ({
    ...common,
    'gen_ai.request.model': model,
    'llm_headroom.lane': lane,
  });
  const used = (event: UsageEvent): void => {
    const { actual, usd, latencyMs, status, provider, path } = event;
    const attributes = {
      ...of(event),
      'gen_ai.operation.name': operationOf(path),
      'gen_ai.provider.name': providerName(provider),
    };
    duration.record(latencyMs / 1000, { ...attributes, 'http.response.status_code': status });
    for (const type of ['input', 'output'] as const) {
      const typed = { ...attributes, 'gen_ai.token.type': type };
      estimated.add(event.estimated[`${type}Tokens`], typed);
      if (actual !== undefined) tokens.record(actual[`${type}Tokens`], typed);
    }
    if (usd !== undefined) spend.add(usd, attributes);
  };
  const stops = [
    listening(limiter, 'usage', used),
    listening(limiter, 'admitted', (event) => wait.record(event.waitedMs / 1000, of(event))),
    listening(limiter, 'throttled', (event) =>
      throttled.add(1, { ...of(event), 'llm_headroom.reason': event.reason }),
    ),
    listening(limiter, 'paused', (event) =>
      paused.add(1, { ...of(event), 'llm_headroom.cause': event.cause }),
    ),
    listening(limiter, 'rejected', (event) =>
      rejected.add(1, { ...of(event), 'error.type': typeOf(event.error) }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Listens until the returned function is called. */
export function listening<Name extends Parameters<RateLimiter['on']>[0]>(
  limiter: RateLimiter,
  name: Name,
  listener: Parameters<typeof limiter.on<Name>>[1],
): () => void {
  limiter.on(name, listener);
  return () => void limiter.off(name, listener);
}

/** Few values: the code of an error of ours, else its name. */
export function typeOf(error: Error & { readonly code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : error.name;
}
