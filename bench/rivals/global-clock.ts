import type { VirtualClock } from '../../src/testing/index.ts';

/** What a timer's handle has to have for those who keep the process alive or let it go. */
class Handle {
  readonly cancel: () => void;

  constructor(cancel: () => void) {
    this.cancel = cancel;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

type Callback = (...args: unknown[]) => void;

/**
 * Makes a virtual clock everybody's, for libraries that take no clock: the global timers, `Date.now`
 * and `performance.now`. Returns how to undo that.
 */
export function globalClock(clock: VirtualClock): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
  };
  const dateNow = Date.now;
  const performanceNow = performance.now;
  const after = (callback: Callback, ms = 0, ...args: unknown[]): Handle => {
    return new Handle(clock.setTimeout(() => callback(...args), Math.max(1, ms)));
  };
  const every = (callback: Callback, ms = 1, ...args: unknown[]): Handle => {
    let next = after(step, ms);
    function step(): void {
      next = after(step, ms);
      callback(...args);
    }
    return new Handle(() => next.cancel());
  };
  const cancel = (handle: unknown): void => {
    if (handle instanceof Handle) handle.cancel();
    else real.clearTimeout(handle as Parameters<typeof clearTimeout>[0]);
  };
  Object.assign(globalThis, {
    setTimeout: after,
    setInterval: every,
    clearTimeout: cancel,
    clearInterval: cancel,
  });
  Date.now = () => clock.now();
  performance.now = () => clock.now();
  return () => {
    Object.assign(globalThis, real);
    Date.now = dateNow;
    performance.now = performanceNow;
  };
}
