/**
 * p-queue tells its events as a `CustomEvent`, which Vercel's edge runtime doesn't have, though it has
 * `Event`. Without it, the first call would end the process.
 */
export function ensureCustomEvent(): void {
  if (typeof CustomEvent === 'function') return;
  const value = class CustomEvent extends Event {
    readonly detail: unknown;

    constructor(type: string, { detail = null, ...init }: CustomEventInit = {}) {
      super(type, init);
      this.detail = detail;
    }
  };
  Object.defineProperty(globalThis, 'CustomEvent', { value, writable: true, configurable: true });
}
