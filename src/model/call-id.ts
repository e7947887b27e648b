let prefix: string | undefined;
let last = 0;

/** The name of a call, in all events that tell of it: short, and no other process has the same. */
export function newCallId(): string {
  return callIdOf(++last);
}

/** Told of each call of a client or a `fetch` as it is made, in its caller's context. */
export const LISTENERS: Set<(number: number) => void> = new Set();

/** What the name of such a call is made of: less to keep. */
export function newCallNumber(): number {
  const number = ++last;
  for (const listener of LISTENERS) listener(number);
  return number;
}

export function callIdOf(number: number): string {
  // Not `randomUUID`, which pages lack that were loaded by plain HTTP.
  prefix ??= crypto.getRandomValues(new Uint32Array(1)).join('');
  return `${prefix}-${number.toString(36)}`;
}
