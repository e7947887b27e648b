import type { LuaScript } from './lua-script.ts';

/** For one attempt to connect, where nothing else is said. */
export const CONNECT_TIMEOUT_MS = 2000;

/** What every way to a Redis server can do. It knows no timeouts and tries nothing twice. */
export interface Connection {
  /** Loads what there is to load: that takes a while once, and says nothing about the server. */
  prepare(): Promise<void>;
  /** Resolves once the server can be asked: where this rejects, nothing has been sent. */
  connect(): Promise<void>;
  /** Runs a script, which the server may or may not know yet. For a connection that is ready. */
  run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** Rejects unless a script could change `key` now. */
  ping(key: string): Promise<void>;
  /** Gives up what doesn't answer, so that `connect` begins anew; not with a caller's own client. */
  reset(): void;
  /** Closes what this has opened, and nothing else. */
  close(): void;
}

/** A connection whose client may be closed for good. */
export interface ClientConnection extends Connection {
  readonly isOver: boolean;
}
