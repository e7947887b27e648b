import type { Request } from '../model/call.ts';
import { textField } from '../model/json.ts';
import { hostOfPreset } from '../providers/host.ts';
import { googlePath } from '../providers/native-path.ts';
import { warnOnce } from '../warning.ts';

/** Requests that name a model, but don't run it now. The last ones are Ollama's and Google's. */
const NO_CALL =
  /fine[-_]tun|batch|eval|file|deploy|endpoint|count|tokeni[sz]e|\/api\/(?:pull|push|show|create|copy|delete)$|computeTokens|Operation/i;

/** Whether all paths of a host are known: what isn't metered there runs no model. */
function isKnown(hostname: string): boolean {
  const host = hostOfPreset(hostname, 'openai') ?? hostOfPreset(hostname, 'anthropic');
  return host === 'openai' || host === 'azure' || host === 'anthropic';
}

/** Whether a request that isn't metered may run a model all the same, if it names one. */
export function mayRunModel(hostname: string, { method, path }: Omit<Request, 'body'>): boolean {
  return method.toUpperCase() === 'POST' && !NO_CALL.test(path) && !isKnown(hostname);
}

/**
 * Warns, once in the life of the process, of a request that names a model but goes to a path that is
 * not known as a call to one: it passes without limits.
 */
export function noteUncounted(hostname: string, request: Request): void {
  const { path, body } = request;
  const namesModel = textField(body, 'model') !== '' || googlePath(path) !== undefined;
  if (!namesModel || !mayRunModel(hostname, request)) return;
  warnOnce(
    'HEADROOM_UNCOUNTED_CALL',
    `A request to ${hostname} with a model was not limited: its path (${path.slice(0, 100)}) is not known as a call to a model. Limit it by hand: \`limiter.run(cost, () => …, { model })\``,
  );
}
