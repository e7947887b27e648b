import { type Span, trace } from '@opentelemetry/api';
import type { RateLimiter } from '../limiter.ts';
import { listening, typeOf } from './call-metrics.ts';

/** Of so many calls that wait, the span is kept in mind; of those that are aborted, until then. */
const MOST = 20_000;

/**
 * Notes on the caller's active span that its call waits, and when it goes. A call is let through in
 * some other call's context: its span is the one that was active as it began to wait.
 */
export function noteOnSpans(limiter: RateLimiter): () => void {
  const waiting = new Map<string, Span>();
  const take = (callId: string): Span | undefined => {
    const span = waiting.get(callId) ?? trace.getActiveSpan();
    waiting.delete(callId);
    return span;
  };
  const stops = [
    listening(limiter, 'throttled', ({ callId, reason, waitMs, queued, attempt }) => {
      const span = trace.getActiveSpan();
      if (span === undefined) return;
      waiting.set(callId, span);
      const [oldest] = waiting.keys();
      if (waiting.size > MOST && oldest !== undefined) waiting.delete(oldest);
      span.addEvent('llm_headroom.throttled', {
        'llm_headroom.call_id': callId,
        'llm_headroom.reason': reason,
        'llm_headroom.expected_wait': waitMs / 1000,
        'llm_headroom.queued': queued,
        'llm_headroom.attempt': attempt,
      });
    }),
    listening(limiter, 'admitted', ({ callId, waitedMs, attempt }) => {
      take(callId)?.addEvent('llm_headroom.admitted', {
        'llm_headroom.call_id': callId,
        'llm_headroom.wait': waitedMs / 1000,
        'llm_headroom.attempt': attempt,
      });
    }),
    listening(limiter, 'rejected', ({ callId, error }) => {
      take(callId)?.addEvent('llm_headroom.rejected', {
        'llm_headroom.call_id': callId,
        'error.type': typeOf(error),
      });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    waiting.clear();
  };
}
