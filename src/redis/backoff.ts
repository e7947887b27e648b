const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 500;
const SHORTEST_PROBE_MS = 250;
/** A store is used as before 1.5 s after one process has found it: by then all have to know. */
const LONGEST_PROBE_MS = 1000;
/** Who waits an eighth of the time that something has been gone notices soon that it is back. */
const PROBE_SHARE = 1 / 8;

/**
 * The pause before a retry, by how many came before: exponential, with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function retryPauseMs(retries: number, random: () => number): number {
  return random() * Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** retries);
}

/** The pause before the next look for a server that has been lost for `lostMs`. */
export function probePauseMs(lostMs: number, random: () => number): number {
  const longest = Math.min(LONGEST_PROBE_MS, Math.max(SHORTEST_PROBE_MS, lostMs * PROBE_SHARE));
  return (longest * (1 + random())) / 2;
}
