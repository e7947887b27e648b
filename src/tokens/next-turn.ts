import { systemClock } from '../clock.ts';

/** Read when the module loads, so that fake timers of a test don't stop the counting. */
const immediate: unknown = Reflect.get(globalThis, 'setImmediate');

/**
 * Runs `callback` in a later turn of the event loop, after timers, I/O and rendering.
 *
 * Node, Bun and Deno have `setImmediate` for that. A message channel there would not do: Node hands
 * out up to 1,000 messages without letting anything else run (v24, `MessagePort::OnMessage`).
 * Nothing is left open afterwards that could keep a process alive.
 */
export function nextTurn(callback: () => void): void {
  if (typeof immediate === 'function') immediate(callback);
  else if (typeof MessageChannel === 'function') afterMessage(callback);
  else systemClock.setTimeout(callback, 0);
}

function afterMessage(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}
