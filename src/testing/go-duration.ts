/**
 * A duration as Go's `time.Duration` prints it, as in OpenAI's headers and messages: `17ms`,
 * `2.363s`, `6m0s`, `1h23m31s`. Takes whole milliseconds.
 */
export function goDuration(ms: number): string {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms - minutes * 60_000) / 1000}s`;
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
