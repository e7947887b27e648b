import { afterEach, beforeEach, type MockInstance, vi } from 'vitest';

/** The warnings of the process in each test, without the memory that this one was given already. */
export function watchedWarnings(code: string): () => MockInstance<typeof process.emitWarning> {
  let warnings: MockInstance<typeof process.emitWarning>;
  const forget = () => Reflect.deleteProperty(globalThis, Symbol.for(`llm-headroom.${code}`));
  beforeEach(() => {
    forget();
    warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  });
  afterEach(() => {
    forget();
    vi.restoreAllMocks();
  });
  return () => warnings;
}
