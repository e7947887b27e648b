import type { SimulatedCall } from './call.ts';
import type { Fault } from './faults.ts';
import type { BodyPart, Format } from './formats/format.ts';
import type { ResolvedLatency } from './latency.ts';
import type { MeteredName } from './limit-names.ts';
import type { CallEnd, OpenEntry } from './log.ts';
import type { SimulatorSettings } from './options.ts';
import type { Pool } from './pool.ts';
import { piecesOf, type Reply } from './reply.ts';
import { sleepUntil } from './sleep.ts';
import { type BodyFault, timedBody } from './timed-body.ts';

/** An admitted call, and all that is needed to answer it. */
export interface AdmittedCall {
  readonly call: SimulatedCall;
  readonly reply: Reply;
  readonly fault: Fault | 'none';
  readonly latency: ResolvedLatency;
  readonly format: Format;
  readonly entry: OpenEntry;
  readonly pool: Pool;
  readonly signal: AbortSignal;
  readonly onEnd: () => void;
}

const BODY_FAULTS: Partial<Record<Fault | 'none', BodyFault>> = {
  'cut-stream': 'cut',
  'stalled-stream': 'stall',
};

/**
 * Waits as long as the model takes to answer, then returns the response's body. Whatever happens,
 * the call ends once: it leaves its pool, and its log entry says how.
 */
export async function serveCall(
  admission: AdmittedCall,
  settings: SimulatorSettings,
): Promise<string | ReadableStream<Uint8Array>> {
  const { call, reply, latency, signal } = admission;
  const firstByteAt = call.time + latency.firstByteMs;
  const thinkingMs = call.stream ? 0 : reply.outputTokens * latency.perTokenMs;
  try {
    await sleepUntil(settings.clock, firstByteAt + thinkingMs, signal);
  } catch (reason) {
    finish(admission, settings, 'aborted');
    throw reason;
  }
  const fault = BODY_FAULTS[admission.fault] ?? 'none';
  if (call.stream || fault !== 'none') return bodyStream(admission, settings, firstByteAt, fault);
  const [whole] = wholeBody(admission, 1);
  produce(admission, settings, reply.outputTokens);
  finish(admission, settings, 'complete');
  return whole?.text ?? '';
}

function bodyStream(
  admission: AdmittedCall,
  settings: SimulatorSettings,
  startsAt: number,
  fault: BodyFault,
): ReadableStream<Uint8Array> {
  const { call, latency, signal } = admission;
  return timedBody({
    clock: settings.clock,
    parts: call.stream ? events(admission, settings) : wholeBody(admission, 2),
    startsAt,
    perTokenMs: call.stream ? latency.perTokenMs : 0,
    fault,
    signal,
    onPart: (part) => produce(admission, settings, part.tokens),
    onEnd: (end) => finish(admission, settings, end),
  });
}

/** The whole answer as JSON text, in as many parts; the first stands for all of the output. */
function wholeBody({ call, reply, format }: AdmittedCall, count: number): BodyPart[] {
  const text = JSON.stringify(format.complete({ call, reply }));
  const size = Math.ceil(text.length / count);
  return Array.from({ length: count }, (_, index) => ({
    text: text.slice(index * size, (index + 1) * size),
    tokens: index === 0 ? reply.outputTokens : 0,
  }));
}

function events(
  { call, reply, format, fault }: AdmittedCall,
  settings: SimulatorSettings,
): BodyPart[] {
  const parts = format.stream?.({ call, reply }, piecesOf(reply, settings.tokensPerChunk)) ?? [];
  if (fault !== 'stream-error') return parts;
  const half = parts.slice(0, Math.ceil(parts.length / 2));
  return [...half, { text: format.streamError({ call, reply }), tokens: 0 }];
}

function produce({ entry, pool }: AdmittedCall, settings: SimulatorSettings, tokens: number): void {
  if (tokens === 0) return;
  const asProduced = settings.charge === 'produced';
  const names: readonly MeteredName[] = asProduced ? ['otpm', 'tpm', 'tpd'] : ['otpm'];
  pool.produce(tokens, names, settings.clock.now());
  entry.outputTokens += tokens;
  if (asProduced) entry.tokensCharged += tokens;
}

function finish(
  { call, entry, pool, onEnd }: AdmittedCall,
  settings: SimulatorSettings,
  end: CallEnd,
): void {
  const now = settings.clock.now();
  if (settings.refund && settings.charge !== 'produced') {
    const used = entry.inputTokens + entry.outputTokens;
    pool.correct(entry.tokensCharged - used, call.time, now);
    entry.tokensCharged = used;
  }
  entry.end = end;
  entry.endedAt = now;
  pool.leave();
  onEnd();
}
