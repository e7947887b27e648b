import { pathToFileURL } from 'node:url';
import { LOADERS, oursFrom } from './tokenizers.ts';

/** What it takes to begin, in a process that has done nothing else. Prints JSON. */
export interface Start {
  readonly importMs: number;
  /** From then until the first count is exact. */
  readonly readyMs: number;
  /** The longest that the event loop stood still in that time. */
  readonly longestMs: number;
  readonly memoryMB: number;
}

const used = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
};

await new Promise((resolve) => setTimeout(resolve, 50));
global.gc?.();
const before = used();
const [, , name = '', compiled] = process.argv;
const importedAt = performance.now();
const prepare = await (compiled ? oursFrom(pathToFileURL(compiled)) : LOADERS[name]?.());
const startedAt = performance.now();
let last = startedAt;
let longestMs = 0;
let isWatching = true;
const watch = (): void => {
  const now = performance.now();
  longestMs = Math.max(longestMs, now - last);
  last = now;
  if (isWatching) setImmediate(watch);
};
setImmediate(watch);
const count = await prepare?.();
await count?.('hello world');
const readyMs = performance.now() - startedAt;
await new Promise((resolve) => setImmediate(resolve));
isWatching = false;
global.gc?.();
const importMs = startedAt - importedAt;
const start: Start = { importMs, readyMs, longestMs, memoryMB: used() - before };
console.log(JSON.stringify(start));
await count?.('again'); // what was loaded is still in use
