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
  return new ReadableStream(new TimedSource(plan), { highWaterMark: 0 });
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

class TimedSource implements UnderlyingDefaultSource<Uint8Array> {
  readonly #plan: BodyPlan;
  readonly #breaksAt: number;
  readonly #encoder = new TextEncoder();
  /** Aborted when the body is over, however it ended. */
  readonly #over = new AbortController();
  #index = 0;
  #produced = 0;

  constructor(plan: BodyPlan) {
    const { fault, parts } = plan;
    this.#plan = plan;
    this.#breaksAt = fault === 'none' ? parts.length : Math.ceil(parts.length / 2);
  }

  start(controller: Controller): void {
    const { signal } = this.#plan;
    const abort = () => {
      this.#end('aborted');
      controller.error(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true, signal: this.#over.signal });
  }

  async pull(controller: Controller): Promise<void> {
    const { parts, fault } = this.#plan;
    const part = this.#index < this.#breaksAt ? parts[this.#index++] : undefined;
    if (part !== undefined) return this.#send(controller, part);
    if (fault === 'stall') return untilAborted(this.#over.signal);
    this.#end(fault === 'cut' ? 'cut' : 'complete');
    if (fault === 'cut') controller.error(new TypeError('terminated'));
    else controller.close();
  }

  cancel(): void {
    this.#end('aborted');
  }

  async #send(controller: Controller, part: BodyPart): Promise<void> {
    const { clock, startsAt, perTokenMs, onPart } = this.#plan;
    this.#produced += part.tokens;
    try {
      await sleepUntil(clock, startsAt + this.#produced * perTokenMs, this.#over.signal);
    } catch {
      return; // It is over, and the stream knows.
    }
    onPart(part);
    controller.enqueue(this.#encoder.encode(part.text));
  }

  #end(how: CallEnd): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#plan.onEnd(how);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
