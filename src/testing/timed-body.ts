import type { Clock } from '../clock.ts';
import type { BodyPart } from './formats/format.ts';
import type { CallEnd } from './log.ts';
import { sleepUntil } from './sleep.ts';

/** What becomes of a body halfway through. */
export type BodyFault = 'none' | 'cut' | 'stall';

export interface BodyPlan {
  readonly clock: Clock;
  readonly parts: readonly BodyPart[];
  /** When the first part may go out, and how long each token takes after that. */
  readonly startsAt: number;
  readonly perTokenMs: number;
  readonly fault: BodyFault;
  readonly signal: AbortSignal;
  /** Called as each part goes out, and once when the body is over. */
  readonly onPart: (part: BodyPart) => void;
  readonly onEnd: (end: CallEnd) => void;
}

/**
 * A response body whose parts come at their time, and no earlier than they are asked for: a reader
 * that stops reading stops production. An abort breaks it off at once, wherever it is.
 */
export function timedBody(plan: BodyPlan): ReadableStream<Uint8Array> {
  const { clock, parts, signal } = plan;
  const breaksAt = plan.fault === 'none' ? parts.length : Math.ceil(parts.length / 2);
  const encoder = new TextEncoder();
  const stopped = new AbortController();
  let index = 0;
  let produced = 0;

  const end = (how: CallEnd) => {
    if (stopped.signal.aborted) return;
    stopped.abort();
    plan.onEnd(how);
  };

  const send = async (controller: ReadableStreamDefaultController<Uint8Array>, part: BodyPart) => {
    produced += part.tokens;
    await sleepUntil(clock, plan.startsAt + produced * plan.perTokenMs, stopped.signal);
    plan.onPart(part);
    controller.enqueue(encoder.encode(part.text));
  };

  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const abort = () => {
          end('aborted');
          controller.error(signal.reason);
        };
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort, { once: true });
        stopped.signal.addEventListener('abort', () => signal.removeEventListener('abort', abort));
      },
      pull: async (controller) => {
        const part = index < breaksAt ? parts[index++] : undefined;
        if (part !== undefined) return send(controller, part).catch(ignore);
        if (plan.fault === 'stall') return aborted(stopped.signal);
        end(plan.fault === 'cut' ? 'cut' : 'complete');
        if (plan.fault === 'cut') controller.error(new TypeError('terminated'));
        else controller.close();
      },
      cancel: () => end('aborted'),
    },
    { highWaterMark: 0 },
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Only an end that is known already interrupts a part. */
function ignore(): void {}
