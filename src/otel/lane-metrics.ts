import type { Attributes, BatchObservableCallback, Meter } from '@opentelemetry/api';
import type { RateLimiter } from '../limiter.ts';

/** Shows every lane as it is whenever metrics are collected. Returns what ends that. */
export function observeLanes(limiter: RateLimiter, meter: Meter, common: Attributes): () => void {
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(name, { unit, description });
  const queued = gauge('llm_headroom.queue', '{call}', 'Calls that wait');
  const inFlight = gauge('llm_headroom.in_flight', '{call}', 'Calls in flight');
  const isPaused = gauge('llm_headroom.paused', '1', '1 while the lane is paused');
  const max = gauge('llm_headroom.limit', '1', 'Limits in force, in their windows');
  const remaining = gauge('llm_headroom.limit.remaining', '1', 'What is left of the limits');
  const refused = meter.createObservableCounter('llm_headroom.refusals', {
    unit: '{request}',
    description: 'Requests that the provider refused',
  });
  const observe: BatchObservableCallback = (result) => {
    for (const { lane, model, limits, totals, ...now } of limiter.snapshot()) {
      const of = { ...common, 'gen_ai.request.model': model, 'llm_headroom.lane': lane };
      result.observe(queued, now.queued, of);
      result.observe(inFlight, now.inFlight, of);
      result.observe(isPaused, now.pausedUntil === undefined ? 0 : 1, of);
      result.observe(refused, totals.refused + totals.overloaded, of);
      for (const limit of limits) {
        const ofLimit = {
          ...of,
          'llm_headroom.dimension': limit.dimension,
          'llm_headroom.window': limit.windowMs / 1000,
        };
        result.observe(max, limit.max, ofLimit);
        result.observe(remaining, limit.remaining, ofLimit);
      }
    }
  };
  const observed = [queued, inFlight, isPaused, max, remaining, refused];
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}
