/**
 * One listener on each signal, however many calls wait with it: a thousand calls that share a
 * signal neither make Node warn of a leak nor take a thousand squared steps to be removed.
 */
export class AbortHub {
  readonly #hubs = new WeakMap<AbortSignal, { callbacks: Set<() => void>; dispatch: () => void }>();

  /** Calls `callback` when `signal` aborts; the returned function stops that, and leaves nothing. */
  listen(signal: AbortSignal, callback: () => void): () => void {
    const hub = this.#hubs.get(signal) ?? this.#open(signal);
    hub.callbacks.add(callback);
    return () => {
      hub.callbacks.delete(callback);
      if (hub.callbacks.size > 0 || this.#hubs.get(signal) !== hub) return;
      this.#hubs.delete(signal);
      signal.removeEventListener('abort', hub.dispatch);
    };
  }

  /**
   * What `work` comes to; as soon as the signal aborts, rejects with its reason instead. Takes as
   * many turns with a signal as without one, so that calls stay in their order.
   */
  async race<Value>(work: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    signal?.throwIfAborted();
    let stop: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      stop = signal && this.listen(signal, () => reject(signal.reason));
    });
    try {
      return await Promise.race([work(), aborted]);
    } finally {
      stop?.();
    }
  }

  #open(signal: AbortSignal): { callbacks: Set<() => void>; dispatch: () => void } {
    const callbacks = new Set<() => void>();
    const dispatch = (): void => {
      this.#hubs.delete(signal);
      for (const callback of callbacks) callback();
    };
    const hub = { callbacks, dispatch };
    this.#hubs.set(signal, hub);
    signal.addEventListener('abort', dispatch, { once: true });
    return hub;
  }
}
