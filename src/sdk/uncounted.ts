import type { Request } from '../model/call.ts';
import { textField } from '../model/json.ts';
import { modelIn, UNKNOWN_MODEL } from '../providers/call-body.ts';
import { hostOfPreset } from '../providers/host.ts';
import { googlePath } from '../providers/native-path.ts';
import { warnOnce } from '../warning.ts';

/** Requests that name a model, but don't run it now. The last ones are Ollama's and Google's. */
const NO_CALL =
  /fine[-_]tun|batch|\/eval|file|deploy|endpoint|count[-_]?tokens|tokeni[sz]e|\/(?:agents|assistants)$|\/api\/(?:pull|push|show|create|copy|delete)$|computeTokens|Operation/i;

/** What costs money at OpenAI, but by no tokens that a response tells of. */
const UNPRICED =
  /\/videos(?:\/(?:edits|extensions|[^/]+\/remix))?$|\/realtime\/(?:client_secrets|calls|\w*sessions)$|\/graders\/run$/;

/** Cloudflare's own models, directly and by its gateway. */
const WORKERS_AI = /\/(?:ai\/run|workers-ai)\/@/;

/** Whether all paths of a host are known: what isn't metered there runs no model, but for `UNPRICED`. */
function isKnown(hostname: string): boolean {
  const host = hostOfPreset(hostname, 'openai') ?? hostOfPreset(hostname, 'anthropic');
  return host === 'openai' || host === 'azure' || host === 'anthropic';
}

/** Whether a request that isn't metered may run a model all the same, if it names one. */
export function mayRunModel(hostname: string, { method, path }: Omit<Request, 'body'>): boolean {
  if (method.toUpperCase() !== 'POST') return false;
  return isKnown(hostname) ? UNPRICED.test(path) : !NO_CALL.test(path);
}

/**
 * Warns, once in the life of the process, of a request that names a model but goes to a path that is
 * not known as a call to one, or whose price isn't: it passes without limits.
 */
export function noteUncounted(hostname: string, request: Request): void {
  const { path, body } = request;
  if (!mayRunModel(hostname, request)) return;
  const isNamed = googlePath(path) !== undefined || WORKERS_AI.test(path);
  const namesModel = isKnown(hostname) || isNamed || modelNamed(body);
  if (!namesModel) return;
  warnOnce(
    'HEADROOM_UNCOUNTED_CALL',
    `A request to ${hostname} names a model, but was not limited and counts in no budget: its path (${path.slice(0, 100)}) is not known as a call to a model, or its price is unknown. Limit it by hand: \`limiter.run(cost, () => …, { model })\``,
  );
}

/** Warns, once, of a call whose body can't be read: its tokens aren't limited. */
export function noteUnread(hostname: string): void {
  warnOnce(
    'HEADROOM_UNCOUNTED_CALL',
    `The body of a call to ${hostname} can't be read: it is a stream, a file, or compressed by something other than gzip or deflate. The call counts as one request, and as no tokens until its response reports them. Pass the JSON to \`fetch\` as a string`,
  );
}

/** The last two are Bedrock's and IBM's. */
function modelNamed(body: unknown): boolean {
  const isNamed = (name: string): boolean => textField(body, name) !== '';
  return modelIn(body) !== UNKNOWN_MODEL || isNamed('modelId') || isNamed('model_id');
}
