import type { Request } from '../model/call.ts';
import { textField } from '../model/json.ts';
import { hostOfPreset } from '../providers/host.ts';
import { warnOnce } from '../warning.ts';

/** Requests that name a model, but don't run it now. */
const NO_CALL = /fine[-_]tun|batch|eval|file|deploy|endpoint|count|tokeni[sz]e/i;

/** Hosts whose paths are all known: what isn't metered there runs no model. */
const KNOWN: readonly (string | undefined)[] = ['openai', 'azure'];

/**
 * Warns, once in the life of the process, of a request that names a model but goes to a path that is
 * not known as a call to one: it passes without limits. A client that was accepted by its shape may
 * have such paths.
 */
export function noteUncounted(hostname: string, { method, path, body }: Request): void {
  if (method.toUpperCase() !== 'POST' || textField(body, 'model') === '') return;
  if (NO_CALL.test(path) || KNOWN.includes(hostOfPreset(hostname, 'openai'))) return;
  warnOnce(
    'HEADROOM_UNCOUNTED_CALL',
    `A request to ${hostname} with a model was not limited: its path (${path.slice(0, 100)}) is not known as a call to a model. Limit it by hand: \`limiter.run(cost, () => …, { model })\``,
  );
}
