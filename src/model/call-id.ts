let prefix: string | undefined;
let last = 0;

/** The name of a call, in all events that tell of it: short, and no other process has the same. */
export function newCallId(): string {
  prefix ??= crypto.randomUUID().slice(0, 8);
  return `${prefix}-${(++last).toString(36)}`;
}
