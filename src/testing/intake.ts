import { countMember, isObject, type JsonObject, parseJson, stringMember } from '../model/json.ts';
import type { SimulatedCall } from './call.ts';
import type { Dialect, Problem, Route } from './dialects/dialect.ts';
import { formats } from './formats/formats.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { givenPromptOf } from './prompt.ts';

/** A metered call that has no number and no time yet. */
export type CallDraft = Omit<SimulatedCall, 'id' | 'time'>;

/** What a request turned out to be. */
export type Intake =
  | { readonly kind: 'call'; readonly draft: CallDraft }
  | { readonly kind: 'models' }
  | { readonly kind: 'count-tokens'; readonly inputTokens: number }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** What understanding a request depends on. */
export interface ReadingTerms {
  readonly dialect: Dialect;
  readonly keys: readonly string[] | undefined;
  readonly countTokens: (text: string) => number;
}

/** Understands a request whose body is `text`. Total: what it can't understand is a problem. */
export function readRequest(
  request: Pick<IncomingRequest, 'method' | 'url' | 'headers'>,
  text: string,
  reading: ReadingTerms,
): Intake {
  const { dialect } = reading;
  const route = dialect.route(request.method, new URL(request.url));
  if (route === undefined) return problem('not-found');
  const key = dialect.keyOf(request.headers);
  if (reading.keys?.includes(key) === false) return problem('unauthorized');
  if (route.kind === 'models') return { kind: 'models' };
  const body = parseJson(text);
  if (!isObject(body)) return problem('bad-json');
  const inputTokens = countInput(body, reading.countTokens);
  if (route.kind === 'count-tokens') return { kind: 'count-tokens', inputTokens };
  return draftOf(route, key, body, inputTokens, dialect);
}

/** Understands a request that is a line of a batch. */
export function draftFor(
  path: string,
  key: string,
  body: unknown,
  { dialect, countTokens }: ReadingTerms,
): Extract<Intake, { kind: 'call' | 'problem' }> {
  const url = 'http://batch.invalid';
  const route = URL.canParse(path, url) ? dialect.route('POST', new URL(path, url)) : undefined;
  if (route?.kind !== 'call') return problem('not-found');
  if (!isObject(body)) return problem('bad-json');
  return draftOf(route, key, body, countInput(body, countTokens), dialect);
}

function draftOf(
  route: Route & { kind: 'call' },
  key: string,
  body: JsonObject,
  inputTokens: number,
  dialect: Dialect,
): Extract<Intake, { kind: 'call' | 'problem' }> {
  const { operation } = route;
  const model = route.model ?? stringMember(body, 'model');
  if (model === undefined) return problem('missing-model');
  const maxOutputTokens = formats[operation].maxOutputTokens(body);
  const missing = dialect.missing(maxOutputTokens);
  if (missing !== undefined) return problem(missing);
  const stream = body.stream === true && formats[operation].stream !== undefined;
  const choices = operation === 'chat' ? Math.max(1, countMember(body, 'n') ?? 1) : 1;
  const draft = { operation, model, key, stream, inputTokens, maxOutputTokens, choices, body };
  return { kind: 'call', draft };
}

function countInput(body: JsonObject, countTokens: (text: string) => number): number {
  const { text, tokens } = givenPromptOf(body);
  return Math.max(1, tokens + (text === '' ? 0 : countTokens(text)));
}

function problem(name: Problem): Intake & { kind: 'problem' } {
  return { kind: 'problem', problem: name };
}
