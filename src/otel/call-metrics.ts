import type { Attributes, Meter } from '@opentelemetry/api';
import type { UsageEvent } from '../events.ts';
import type { RateLimiter } from '../limiter.ts';
import { type Conventions, conventionalMetrics } from './conventions.ts';
import { operationOf } from './operation.ts';
import { providerName } from './provider-names.ts';

/** Calls may wait for minutes. */
const WAIT_BOUNDS = [0, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

/** Where calls are counted, and how. */
interface CallMetrics {
  readonly meter: Meter;
  readonly common: Attributes;
  readonly conventions: Conventions;
}

interface OfLane {
  readonly lane: string;
  readonly model: string;
}

/** Counts what events tell of calls. Returns what ends that. */
export function countCalls(
  limiter: RateLimiter,
  { meter, common, conventions }: CallMetrics,
): () => void {
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit, description });
  const waits = 'How long calls wait for the limits';
  const wait = meter.createHistogram('llm_headroom.wait.duration', {
    ...{ unit: 's', description: waits },
    advice: { explicitBucketBoundaries: WAIT_BOUNDS },
  });
  const record = conventionalMetrics(meter, conventions);
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
    const { usd, path } = event;
    const operation = operationOf(path);
    const attributes = {
      ...of(event),
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': providerName(event),
    };
    record(event, operation, attributes);
    for (const type of ['input', 'output'] as const) {
      estimated.add(event.estimated[`${type}Tokens`], { ...attributes, 'gen_ai.token.type': type });
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
