import { START } from '../support/limiter-contract.ts';
import type { Machine, Sleep } from './machine.ts';
import { answerText, errorBody, event, eventsOf, type Figures, type Form } from './wires.ts';

/** What a server does to one request, or to all of a while. */
export interface Fault {
  readonly name: string;
  /** The request's text is `asked`. May reject, as `fetch` does where there is no connection. */
  readonly answer: (form: Form, asked: string, machine: Machine) => Response | Promise<Response>;
  /** Only for these forms. @default all */
  readonly on?: (form: Form) => boolean;
  /** All requests of so long are answered so. @default the first one only */
  readonly lastsMs?: number;
  /** When the calls are made that may go wrong. @default one, at once */
  readonly callsAt?: readonly number[];
  /** When the machine is suspended. */
  readonly sleep?: Sleep;
}

/** How large large bodies are. `FAULT_MB=100` makes them as large as any, which takes minutes. */
export const LARGE_MB = Number(process.env.FAULT_MB ?? 4);

const DAY = '86400';
const TWENTY_MINUTES = 20 * 60_000;

/** A wait as the time at which it ends, by the server’s clock. */
function momentIn(ms: number, serverNow: number): Record<string, string> {
  const text = (at: number): string => new Date(at).toUTCString();
  return { date: text(serverNow), 'retry-after': text(serverNow + ms) };
}

export function status(
  code: number,
  error: object = { message: 'No.' },
  headers?: object,
): Fault['answer'] {
  return (form) => Response.json(errorBody(form, error), { status: code, headers: { ...headers } });
}

function text(body: string, type = 'application/json', code = 200): Fault['answer'] {
  return () => new Response(body, { status: code, headers: { 'content-type': type } });
}

/** A well answer, but for its headers. */
function headers(more: Record<string, string>): Fault['answer'] {
  return (form, asked) => well(form, answerText(form, asked), more);
}

/** A well answer, but for its usage. */
function usage(figures: Figures | undefined): Fault['answer'] {
  return (form, asked) => well(form, answerText(form, asked, figures));
}

/** A well answer whose text is another one. */
function changed(change: (text: string) => string): Fault['answer'] {
  return (form, asked) => well(form, change(answerText(form, asked)));
}

/** A well answer that comes as these pieces. */
function pieces(
  cut: (bytes: Uint8Array) => Uint8Array[],
  end?: 'error' | 'never',
): Fault['answer'] {
  return (form, asked) => well(form, stream(cut(bytesOf(answerText(form, asked))), end));
}

/** A large one, which comes in pieces. */
function large(change: (text: string) => string): Fault['answer'] {
  return (form, asked) => well(form, stream(megabytes(bytesOf(change(answerText(form, asked))))));
}

/** Made when it is needed: all of them together would be much. */
const long = (): string => 'x'.repeat(LARGE_MB * MB);

/**
 * A well answer that says much more. Larger events than that pass as they are, with the `usage: null`
 * that only the limiter has asked for.
 */
function spoken(answer: string): string {
  const wished = LARGE_MB <= 4 ? answer : answer.replaceAll(',"usage":null', '');
  return wished.replace('"hi"', () => `"${long()}"`);
}

export function well(
  form: Form,
  body: string | ReadableStream<Uint8Array>,
  more: Record<string, string> = {},
): Response {
  const type = form.isStream ? 'text/event-stream' : 'application/json';
  return new Response(body, { headers: { 'content-type': type, ...more } });
}

export function stream(
  parts: readonly Uint8Array[],
  end?: 'error' | 'never',
  gap?: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const left = [...parts];
  return new ReadableStream({
    async pull(controller) {
      if (left.length < parts.length) await gap?.();
      const next = left.shift();
      if (next !== undefined) controller.enqueue(next as Uint8Array<ArrayBuffer>);
      else if (end === 'error') controller.error(new TypeError('terminated'));
      else if (end === undefined) controller.close();
      else return new Promise(() => {});
    },
  });
}

export function bytesOf(textOrBody: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(textOrBody);
}

export function halves(bytes: Uint8Array): Uint8Array[] {
  const middle = bytes.length >> 1;
  return [bytes.slice(0, middle), bytes.slice(middle)];
}

/** As a connection brings a large body. */
function megabytes(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / MB);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * MB, (i + 1) * MB));
}

const MB = 1_000_000;

function firstHalf(bytes: Uint8Array): Uint8Array[] {
  return halves(bytes).slice(0, 1);
}

function singles(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

const onStream = ({ isStream }: Form): boolean => isStream;
const onJson = ({ isStream }: Form): boolean => !isStream;
const onOpenAI = ({ wire }: Form): boolean => wire === 'openai';

function tokensHeader({ wire }: Form, kind: 'limit' | 'remaining' | 'reset'): string {
  return wire === 'openai'
    ? `x-ratelimit-${kind}-tokens`
    : `anthropic-ratelimit-input-tokens-${kind}`;
}

function requestsHeader({ wire }: Form, kind: 'limit' | 'remaining' | 'reset'): string {
  return wire === 'openai'
    ? `x-ratelimit-${kind}-requests`
    : `anthropic-ratelimit-requests-${kind}`;
}

/** A well answer with one header that isn't true. */
function lie(name: (form: Form) => string, value: string): Fault['answer'] {
  return (form, asked) => well(form, answerText(form, asked), { [name(form)]: value });
}

const limitTokens = (form: Form): string => tokensHeader(form, 'limit');
const limitRequests = (form: Form): string => requestsHeader(form, 'limit');
const resetRequests = (form: Form): string => requestsHeader(form, 'reset');

const RATE = { type: 'rate_limit_error', code: 'rate_limit_exceeded' };

export function refused(message: string, more: Record<string, string> = {}): Fault['answer'] {
  return status(429, { ...RATE, message }, more);
}

const STATUSES: readonly Fault[] = [
  400, 401, 403, 404, 405, 408, 409, 413, 418, 422, 451, 500, 501, 502, 503, 504, 520, 529,
].map((code) => ({ name: `status ${code}`, answer: status(code) }));

const REFUSALS: readonly Fault[] = [
  { name: '429 that names no wait', answer: refused('Slow.') },
  { name: '429, no body', answer: text('', 'text/plain', 429) },
  { name: '429, an HTML page', answer: text('<html>Too many</html>', 'text/html', 429) },
  { name: '429, `retry-after: 2`', answer: refused('Slow.', { 'retry-after': '2' }) },
  { name: '429, `retry-after: -1`', answer: refused('Slow.', { 'retry-after': '-1' }) },
  { name: '429, `retry-after: soon`', answer: refused('Slow.', { 'retry-after': 'soon' }) },
  { name: '429, wait ten years', answer: refused('Slow.', { 'retry-after': '315360000' }) },
  { name: '429, wait 10¹⁵ ms', answer: refused('Slow.', { 'retry-after-ms': '1e15' }) },
  {
    name: '429, wait until the year 9999',
    answer: refused('Slow.', { 'retry-after': 'Fri, 01 Jan 9999 00:00:00 GMT' }),
  },
  { name: '429, “try again in 9999h”', answer: refused('Please try again in 9999h.') },
  {
    name: '429, a moment by a clock 20 minutes behind',
    answer: refused('Slow.', momentIn(2000, START - TWENTY_MINUTES)),
  },
  {
    name: '429, a moment by a clock 20 minutes ahead',
    answer: refused('Slow.', momentIn(2000, START + TWENTY_MINUTES)),
  },
  {
    name: '429, a wait in a vendor’s header',
    answer: refused('Slow.', { 'x-app-quota-reset': '2' }),
  },
  {
    name: '429, `retry-after` in milliseconds',
    answer: refused('Slow.', {
      ...{ 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4' },
      'retry-after': '4000',
    }),
  },
  {
    name: '429, a limit of 1 in its text',
    answer: refused(
      'Rate limit reached on tokens per min (TPM): Limit 1, Used 1. Please try again in 1ms.',
    ),
  },
  {
    name: '413, a limit of 1 in its text',
    answer: status(413, { ...RATE, message: 'Request too large (TPM): Limit 1, Requested 20.' }),
  },
  {
    name: '429, no credit left',
    answer: status(429, {
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      message: 'Pay.',
    }),
  },
  {
    name: '429, a plan that is used up',
    answer: status(429, { code: 'quota_exceeded', message: 'You have no quota' }),
  },
  { name: '403, a limit', answer: status(403, { ...RATE, message: 'Rate limit exceeded.' }) },
  { name: '402', answer: status(402, { message: 'Insufficient balance' }) },
  {
    name: '503, wait five hours',
    answer: status(503, { message: 'Busy.' }, { 'retry-after': '18000' }),
  },
  {
    name: '529, wait an hour',
    answer: status(529, { message: 'Busy.' }, { 'retry-after': '3600' }),
  },
  {
    name: '429, its body breaks',
    answer: () => new Response(stream([bytesOf('{"error":')], 'error'), { status: 429 }),
  },
  { name: `500, ${LARGE_MB} MB of it`, answer: () => new Response(long(), { status: 500 }) },
];

const CONNECTIONS: readonly Fault[] = [
  { name: 'no connection', answer: () => Promise.reject(new TypeError('fetch failed')) },
  { name: 'cut after the headers', answer: pieces(() => [], 'error') },
  { name: 'cut halfway', answer: pieces(firstHalf, 'error') },
  { name: 'ends halfway', answer: pieces(firstHalf) },
  { name: 'stalls after the headers', answer: pieces(() => [], 'never') },
  { name: 'stalls halfway', answer: pieces(firstHalf, 'never') },
  { name: 'an error whose body is cut', answer: () => cutError(400) },
  { name: 'one byte at a time', answer: pieces(singles) },
  {
    name: 'empty pieces',
    answer: pieces((bytes) => halves(bytes).flatMap((half) => [EMPTY, half])),
  },
];

const EMPTY = new Uint8Array(0);

function cutError(code: number): Response {
  return new Response(stream([bytesOf('{"error":')], 'error'), { status: code });
}

const BODIES: readonly Fault[] = [
  { name: 'an empty body', answer: text('') },
  { name: 'no content', answer: () => new Response(null, { status: 204 }), on: onJson },
  { name: '`null`', answer: text('null'), on: onJson },
  { name: 'a list', answer: text('[]'), on: onJson },
  { name: 'a number', answer: text('1e999'), on: onJson },
  { name: 'not JSON', answer: text('Oops') },
  { name: 'torn JSON', answer: changed((json) => json.slice(0, -5)), on: onJson },
  {
    name: '`__proto__` in it',
    answer: text('{"__proto__":{"usage":{"input_tokens":1e9}}}'),
    on: onJson,
  },
  {
    name: 'JSON 2,000 deep',
    answer: text(`{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`),
    on: onJson,
  },
  { name: 'a byte order mark', answer: changed((body) => `\uFEFF${body}`) },
  {
    name: 'a body as text/plain',
    answer: (form, asked, machine) =>
      text(answerText(form, asked), 'text/plain')(form, asked, machine),
    on: onStream,
  },
  {
    name: 'a body without a type',
    answer: (form, asked) => new Response(bytesOf(answerText(form, asked))),
    on: onStream,
  },
  { name: 'CRLF', answer: changed((body) => body.replaceAll('\n', '\r\n')), on: onStream },
  { name: 'CR', answer: changed((body) => body.replaceAll('\n', '\r')), on: onStream },
  {
    name: '100 kB of blank lines',
    answer: changed((body) => `${'\n'.repeat(100_000)}${body}`),
    on: onStream,
  },
  {
    name: 'comments between',
    answer: changed((body) => body.replaceAll('data:', ': ping\n\ndata:')),
    on: onStream,
  },
  {
    name: 'an event that is no JSON',
    answer: changed((body) => `data: {oops\n\n${body}`),
    on: onStream,
  },
  {
    name: 'an unknown event',
    answer: changed((body) => `event: later\ndata: {"a":1}\n\n${body}`),
    on: onStream,
  },
  {
    name: `a comment of ${LARGE_MB} MB`,
    answer: large((body) => `: ${long()}\n\n${body}`),
    on: onStream,
  },
  {
    name: `an event of ${LARGE_MB} MB that nobody knows`,
    answer: large((body) => `event: later\ndata: {"a":"${long()}"}\n\n${body}`),
    on: onStream,
  },
  { name: `text of ${LARGE_MB} MB in one line`, answer: large(spoken) },
  { name: `${LARGE_MB} MB that are no JSON`, answer: large(() => long()), on: onJson },
  {
    name: 'no end mark',
    answer: (form, asked) => well(form, eventsOf(form, asked, undefined).slice(0, -1).join('')),
    on: onStream,
  },
];

const ERRORS_IN_200: readonly Fault[] = [
  {
    name: 'a 200 with a rate-limit error',
    answer: (form) =>
      well(
        form,
        form.isStream
          ? errorEvent(form, RATE)
          : JSON.stringify(errorBody(form, { ...RATE, message: 'Slow.' })),
      ),
  },
  {
    name: 'a 200 with a rate-limit error of another shape',
    answer: (form) => {
      const body = { fault: { faultstring: 'Rate limit exceeded' } };
      return well(form, form.isStream ? event(body) : JSON.stringify(body));
    },
  },
  {
    name: 'a 200 with an overload error',
    answer: (form) =>
      well(
        form,
        form.isStream
          ? errorEvent(form, OVERLOAD)
          : JSON.stringify(errorBody(form, { ...OVERLOAD, message: 'Busy.' })),
      ),
  },
  {
    name: 'an error after the first words',
    answer: (form, asked) =>
      well(
        form,
        eventsOf(form, asked, undefined)
          .slice(0, form.wire === 'openai' ? 1 : 3)
          .join('') + errorEvent(form, OVERLOAD),
      ),
    on: onStream,
  },
];

const OVERLOAD = { type: 'overloaded_error', code: 'server_overloaded' };

function errorEvent(form: Form, error: object): string {
  return event(
    errorBody(form, { ...error, message: 'No.' }),
    form.wire === 'anthropic' ? 'error' : undefined,
  );
}

const FIGURES_OF_LIARS: readonly [name: string, figures: Figures | undefined][] = [
  ['no usage', undefined],
  ['usage of zeros', { input: 0, output: 0 }],
  ['negative usage', { input: -5, output: -5 }],
  ['usage as text', { input: 'ten', output: 'one' }],
  ['usage of 10⁷', { input: 1e7, output: 1 }],
  ['usage of 10⁹', { input: 1e9, output: 1e9 }],
  ['usage of 10³⁰⁰', { input: 1e300, output: 1e300 }],
];

const LIES: readonly Fault[] = [
  ...FIGURES_OF_LIARS.map(([name, figures]) => ({ name, answer: usage(figures) })),
  { name: 'a limit of 1 token', answer: lie(limitTokens, '1') },
  { name: 'a limit of 40 tokens', answer: lie(limitTokens, '40') },
  { name: 'a limit of half a request', answer: lie(limitRequests, '0.5') },
  { name: 'a limit of 1 request', answer: lie(limitRequests, '1') },
  { name: 'a limit of `unlimited`', answer: lie(limitTokens, 'unlimited') },
  { name: 'a reset in 99,999,999 hours', answer: lie(resetRequests, '99999999h'), on: onOpenAI },
  { name: '`retry-after: 86400` on a 200', answer: headers({ 'retry-after': DAY }) },
  { name: 'a `date` of the year 1970', answer: headers({ date: 'Thu, 01 Jan 1970 00:00:00 GMT' }) },
  { name: 'headers of 50 kB', answer: headers({ 'x-ratelimit-limit-tokens': '9'.repeat(50_000) }) },
];

/** What goes wrong with one call, once. */
export const FAULTS: readonly Fault[] = [
  ...STATUSES,
  ...REFUSALS,
  ...CONNECTIONS,
  ...BODIES,
  ...ERRORS_IN_200,
  ...LIES,
];
