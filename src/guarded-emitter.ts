import { EventEmitter } from 'eventemitter3';
import type { RateLimiterEvents } from './events.ts';
import { didYouMean } from './model/did-you-mean.ts';
import { expectFunction } from './validate.ts';

const EVENTS: Readonly<Record<keyof RateLimiterEvents, true>> = {
  throttled: true,
  admitted: true,
  paused: true,
  resumed: true,
  limits: true,
  usage: true,
  rejected: true,
  outputLowered: true,
  storeLost: true,
  storeBack: true,
  degraded: true,
};

type Events = RateLimiterEvents;
type Name = EventEmitter.EventNames<Events>;
type Listener<E extends Name> = EventEmitter.EventListener<Events, E>;
type AnyListener = (...args: never[]) => unknown;

/**
 * An emitter whose listeners can harm nobody: what one throws, or rejects with, reaches neither
 * the emitter nor the other listeners. (eventemitter3 alone would let it reach both.)
 */
export class GuardedEmitter extends EventEmitter<Events> {
  readonly #guards = new WeakMap<AnyListener, AnyListener>();

  /**
   * Calls `listener` for each `event`, until `off`. If it throws or rejects, nobody else is affected.
   *
   * - `throttled`: a call can't go at once, and waits
   * - `admitted`: a call may go
   * - `paused`, `resumed`: a lane has stopped; the pause is over
   * - `limits`: a lane has opened, or its limits have changed
   * - `usage`: a response has ended: its tokens, US dollars and latency
   * - `rejected`: the limiter has rejected a call without sending it
   * - `outputLowered`: a call is sent with a lower output limit than it asked for
   * - `storeLost`, `storeBack`: the store can't be reached; it can be reached again
   * - `degraded`: the older name of these three
   *
   * @throws TypeError for an unknown event, and for a listener that isn't a function
   */
  override on<E extends Name>(event: E, listener: Listener<E>, context?: unknown): this {
    expectEvent(event);
    return super.on(event, this.#guard(listener), context);
  }

  /** The same as `on`. */
  override addListener<E extends Name>(event: E, listener: Listener<E>, context?: unknown): this {
    return this.on(event, listener, context);
  }

  /** Like `on`, but only for the next `event`. */
  override once<E extends Name>(event: E, listener: Listener<E>, context?: unknown): this {
    expectEvent(event);
    return super.once(event, this.#guard(listener), context);
  }

  /** Removes one `listener` of an `event`, or all of them. */
  override off<E extends Name>(
    event: E,
    listener?: Listener<E>,
    context?: unknown,
    once?: boolean,
  ): this {
    return super.removeListener(event, listener && this.#guard(listener), context, once);
  }

  /** The same as `off`. */
  override removeListener<E extends Name>(
    event: E,
    listener?: Listener<E>,
    context?: unknown,
    once?: boolean,
  ): this {
    return this.off(event, listener, context, once);
  }

  /** The same guard for the same listener, so that `off` finds it. */
  #guard<L extends AnyListener>(listener: L): L {
    expectFunction('listener', listener);
    const known = this.#guards.get(listener);
    // A guard is called with what its listener would be called with.
    if (known !== undefined) return known as L;
    const guard = function (this: unknown, ...args: Parameters<L>): void {
      try {
        Promise.resolve(listener.apply(this, args)).catch(() => {});
      } catch {
        // A listener's failure is its own: there is nobody here who could act on it.
      }
    };
    this.#guards.set(listener, guard);
    // The emitter removes what was added with `once` by its guard.
    this.#guards.set(guard, guard);
    return guard as AnyListener as L;
  }
}

/** @throws TypeError for an event that there is none of: its listener would never be called */
function expectEvent(name: string): void {
  if (Object.hasOwn(EVENTS, name)) return;
  const known = Object.keys(EVENTS);
  const meant = didYouMean(name, known);
  throw new TypeError(`Unknown event '${String(name)}'; known are ${known.join(', ')}${meant}`);
}
