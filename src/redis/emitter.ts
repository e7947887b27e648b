type EmitterListener = (...args: unknown[]) => void;

/** As much of Node's EventEmitter as the clients share. */
export interface Emitter {
  on(event: string, listener: EmitterListener): unknown;
  off(event: string, listener: EmitterListener): unknown;
}

/** Resolves at the first event of `good`, rejects at the first of `bad`. */
export function firstEvent(
  emitter: Emitter,
  good: readonly string[],
  bad: readonly string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onGood = (): void => {
      stop();
      resolve();
    };
    const onBad = (error?: unknown): void => {
      stop();
      reject(error ?? new Error('The Redis client was closed'));
    };
    const stop = (): void => {
      for (const event of good) emitter.off(event, onGood);
      for (const event of bad) emitter.off(event, onBad);
    };
    for (const event of good) emitter.on(event, onGood);
    for (const event of bad) emitter.on(event, onBad);
  });
}
