import type { Caller } from '../callers/caller.ts';
import { digest } from '../callers/digest.ts';
import type { KeySpec } from '../model/meter-spec.ts';

const digests = new WeakMap<Caller, Promise<string>>();

/** What the store keeps of a caller. */
export async function keyOf(caller: Caller): Promise<KeySpec> {
  const { weight, concurrency } = caller.terms;
  const id = caller.id === '' ? '' : await digestOf(caller);
  return { id, weight, concurrency, meters: caller.specs };
}

function digestOf(caller: Caller): Promise<string> {
  const known = digests.get(caller) ?? digest(caller.id);
  digests.set(caller, known);
  return known;
}
