/** The real event loop underneath a virtual clock: knows when everything that can run has run. */
export interface EventLoop {
  /** Says that something has happened, so that quiet has to be waited for anew. */
  touch(): void;
  /** Keeps `quiet` from resolving until the returned function is called. */
  hold(): () => void;
  /** Resolves when several turns in a row have passed untouched and nothing is held. */
  quiet(): Promise<void>;
  /** Gives real input and output a moment to arrive; resolves early when `arrived` says so. */
  grace(arrived: () => boolean): Promise<void>;
}

/** How often `grace` looks; each look is a real timer of a millisecond or so. */
const GRACE_LOOKS = 100;

export function watchEventLoop(quietTurns: number): EventLoop {
  let touched = 0;
  let holds = 0;
  let release: () => void = () => {};
  let released: Promise<void> = Promise.resolve();

  const hold = (): (() => void) => {
    if (holds++ === 0) ({ promise: released, resolve: release } = withResolvers());
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      touched++;
      if (--holds === 0) release();
    };
  };

  const quiet = async (): Promise<void> => {
    const turns = openTurns();
    for (let calm = 0, seen = touched; calm < quietTurns; calm++) {
      if (holds > 0) await released;
      await turns.next();
      if (touched === seen && holds === 0) continue;
      seen = touched;
      calm = -1;
    }
    turns.close();
  };

  const grace = async (arrived: () => boolean): Promise<void> => {
    for (let look = 0; look < GRACE_LOOKS && !arrived(); look++) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      if (holds > 0) await released;
    }
  };

  return { touch: () => void touched++, hold, quiet, grace };
}

/** Turns of the event loop. `setTimeout(0)` is no way to wait for one: it takes a millisecond. */
interface LoopTurns {
  next(): Promise<void>;
  close(): void;
}

function openTurns(): LoopTurns {
  const immediate: unknown = Reflect.get(globalThis, 'setImmediate');
  if (isScheduler(immediate)) return scheduledTurns(immediate);
  return hasNoMessages() ? scheduledTurns((callback) => setTimeout(callback, 0)) : messageTurns();
}

/** Vercel's edge runtime has no messages; Cloudflare's arrive before all that can run has run. */
function hasNoMessages(): boolean {
  const isWorkerd = typeof navigator === 'object' && navigator.userAgent === 'Cloudflare-Workers';
  return isWorkerd || typeof MessageChannel === 'undefined';
}

type Scheduler = (callback: () => void) => unknown;

function isScheduler(value: unknown): value is Scheduler {
  return typeof value === 'function';
}

function scheduledTurns(schedule: Scheduler): LoopTurns {
  const next = () => new Promise<void>((resolve) => void schedule(resolve));
  return { next, close: () => {} };
}

/** For browsers and workers, which have no `setImmediate`. */
function messageTurns(): LoopTurns {
  const { port1, port2 } = new MessageChannel();
  const next = () =>
    new Promise<void>((resolve) => {
      port2.onmessage = () => resolve();
      port1.postMessage(undefined);
    });
  return { next, close: () => port1.close() };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
