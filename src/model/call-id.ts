let prefix: string | undefined;
let last = 0;

/** The name of a call, in all events that tell of it: short, and no other process has the same. */
export function newCallId(): string {
  return callIdOf(newCallNumber());
}

/** What a call's name is made of: less to keep. */
export function newCallNumber(): number {
  return ++last;
}

export function callIdOf(number: number): string {
  // Not `randomUUID`, which pages lack that were loaded by plain HTTP.
  prefix ??= crypto.getRandomValues(new Uint32Array(1)).join('');
  return `${prefix}-${number.toString(36)}`;
}
