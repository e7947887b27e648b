import type { Clock } from '../clock.ts';

interface TimedOptions {
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
}

/**
 * Sends a request with a signal that also aborts after `timeoutMs`, unless its response has begun.
 * Without a time limit `send` gets no signal: the request keeps its own.
 */
export async function timed(
  { signal, timeoutMs, clock }: TimedOptions,
  send: (signal: AbortSignal | undefined) => Promise<Response>,
): Promise<Response> {
  if (timeoutMs === undefined) return send(undefined);
  const late = new AbortController();
  const stop = clock.setTimeout(() => late.abort(timeoutError(timeoutMs)), timeoutMs);
  try {
    return await send(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]));
  } finally {
    stop();
  }
}

/** As `AbortSignal.timeout` has it. */
function timeoutError(timeoutMs: number): DOMException {
  return new DOMException(`No response came within ${timeoutMs} ms`, 'TimeoutError');
}
