import { field } from './model/json.ts';
import { expected } from './validate.ts';
import { VERSION } from './version.ts';

/** Under which a limiter hands out itself: behind a Proxy, and to another copy of this library. */
const SELF = Symbol.for('llm-headroom.limiter');

interface Self<L> {
  readonly limiter: L;
  readonly version: string;
}

/** Lets `limiterOf` find the limiter, whatever stands before it. */
export function markLimiter<L extends object>(limiter: L): void {
  const self = (): Self<L> => ({ limiter, version: VERSION });
  Object.defineProperty(limiter, SELF, { value: self, configurable: true });
}

/**
 * The limiter that was given.
 * @throws TypeError for what is none, or one of another version of this library
 */
export function givenLimiter<L>(given: unknown): L {
  const self = field(given, SELF);
  if (typeof self !== 'function') {
    throw expected('limiter', 'what `createRateLimiter` returns', given);
  }
  // Only `markLimiter` sets that symbol, of this version or of another.
  const { limiter, version }: Self<L> = self();
  if (version === VERSION) return limiter;
  throw new TypeError(
    `The \`limiter\` is from llm-headroom ${version}, but \`withRateLimit\` is from ${VERSION}: install one version for both, for example with \`npm dedupe\``,
  );
}
