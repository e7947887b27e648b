/** Marks the errors of every copy of this library that a process has loaded. */
const BRAND = Symbol.for('llm-headroom.error');

/** Marks what is made with that prototype. */
export function brand(prototype: object): void {
  Object.defineProperty(prototype, BRAND, { value: true });
}

/** By which LangChain's retries know, on the error itself, whether another attempt may help. */
const LANGCHAIN_RETRYABLE = Symbol.for('langchain.errors.retryable');

/** Keeps an error from being repeated six times: what was rejected here has been waited for. */
export function markUnretryable(error: object): void {
  Object.defineProperty(error, LANGCHAIN_RETRYABLE, { value: false, configurable: true });
}

/** What `instanceof` says, also of errors of another copy of this library: these by their code. */
export function isInstance(errorClass: unknown, value: unknown): boolean {
  if (typeof errorClass !== 'function') return false;
  if (Function.prototype[Symbol.hasInstance].call(errorClass, value)) return true;
  // A subclass of a user's has no code of its own.
  if (!Object.hasOwn(errorClass, 'code') || !isBranded(value)) return false;
  const code: unknown = Reflect.get(errorClass, 'code');
  return code === undefined || code === Reflect.get(value, 'code');
}

function isBranded(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Reflect.get(value, BRAND) === true;
}
