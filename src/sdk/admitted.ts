import { type AsyncStorage, asyncStorage } from '../async-storage.ts';

/** A limiter has admitted one request, which is being sent: its own `fetch` lets it pass, once. */
interface Pass {
  readonly limiter: object;
  isUsed: boolean;
}

let storage: AsyncStorage<Pass> | undefined;
/** Where the runtime has no `AsyncLocalStorage`: known only until the sender's first `await`. */
let present: Pass | undefined;
let isWatched = false;

/** From now on passes are handed out: without a limited `fetch` nobody looks for them. */
export function watchPasses(): void {
  isWatched = true;
  storage ??= asyncStorage('admitted');
}

/** Sends a request that `limiter` has admitted, through whatever `fetch` that is. */
export function asAdmitted<R>(limiter: object, send: () => Promise<R>): Promise<R> {
  if (!isWatched) return send();
  const pass = { limiter, isUsed: false };
  const sent = storage === undefined ? within(pass, send) : storage.run(pass, send);
  // Nothing that was begun on the way may use it later.
  const end = (): void => {
    pass.isUsed = true;
  };
  sent.then(end, end);
  return sent;
}

function within<R>(pass: Pass, send: () => R): R {
  const before = present;
  present = pass;
  try {
    return send();
  } finally {
    present = before;
  }
}

/** Whether the request at hand is one that `limiter` has admitted. True once for each. */
export function takePass(limiter: object): boolean {
  const pass = storage === undefined ? present : storage.getStore();
  if (pass === undefined || pass.isUsed || pass.limiter !== limiter) return false;
  pass.isUsed = true;
  return true;
}
