/// <reference types="node" />
import type { Clock } from '../clock.ts';

/** What a command has to do with the world. Tests give another one. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person watches: `err` is a terminal. */
  readonly isTerminal: boolean;
  /** The terminal's width, as far as it is known. @default 80 */
  readonly columns?: number | undefined;
  /** Results and tables, to stdout. */
  out(text: string): void;
  /** Progress and complaints, to stderr. */
  err(text: string): void;
  /** Called for each Ctrl-C, or SIGTERM. Returns what ends that. */
  onInterrupt(callback: () => void): () => void;
  /** Appends to a file; returns how many bytes were written. @default `fs.writeSync` */
  readonly write?: ((fd: number, bytes: Uint8Array) => number) | undefined;
  /** Claims a file for this process; returns what releases it. @default nobody else is there */
  readonly claim?: ((path: string) => Promise<() => void>) | undefined;
  readonly clock?: Clock | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}
