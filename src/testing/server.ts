import type { Clock } from '../clock.ts';
import { AnthropicBatches } from './batches/anthropic-batches.ts';
import type { BatchApi, RawAnswer, SimulatedBatch } from './batches/batch-api.ts';
import { OpenAIBatches } from './batches/openai-batches.ts';
import type { SimulatedCall } from './call.ts';
import { chargeFor } from './charging.ts';
import type { Answer, Dialect, HeaderFields, Problem } from './dialects/dialect.ts';
import { dialects } from './dialects/dialects.ts';
import type { Fault } from './faults.ts';
import { formats } from './formats/formats.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { type CallDraft, readRequest } from './intake.ts';
import { latencyOf } from './latency.ts';
import { type LogEntry, type OpenEntry, openEntry } from './log.ts';
import type { LimitsOf, SimulatorSettings } from './options.ts';
import type { Pool } from './pool.ts';
import { Pools } from './pools.ts';
import { createRandom, type Random } from './random.ts';
import { composeReply } from './reply.ts';
import { type AdmittedCall, serveCall } from './serving.ts';

/** What `fetch` rejects with where a fault leaves a request without a response. */
export class ConnectionError extends TypeError {
  constructor() {
    super('fetch failed', { cause: new Error('The simulator dropped the connection') });
  }
}

/** The simulated server: requests in, responses out. It knows no transport. */
export class Server {
  log: LogEntry[] = [];
  requests = 0;
  inFlight = 0;
  maxInFlight = 0;

  readonly #settings: SimulatorSettings;
  readonly #dialect: Dialect;
  readonly #pools: Pools;
  readonly #batchApi: BatchApi | undefined;
  #models = new Set<string>();
  #random: Random;

  constructor(settings: SimulatorSettings) {
    this.#settings = settings;
    this.#dialect = dialects[settings.provider];
    this.#pools = new Pools(settings);
    this.#batchApi = batchApiOf(settings, this.#dialect);
    this.#random = createRandom(settings.seed);
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  /** Answers a request. Rejects with the signal's reason, or with a `ConnectionError`. */
  async respond(request: IncomingRequest, signal: AbortSignal): Promise<Response> {
    const batch = this.#batchApi?.respond(request);
    if (batch !== undefined) {
      this.requests++;
      return this.#send(await batch);
    }
    const text = await request.text();
    signal.throwIfAborted();
    this.requests++;
    const intake = readRequest(request, text, { ...this.#settings, dialect: this.#dialect });
    if (intake.kind === 'call') return this.#meter(intake.draft, signal);
    if (intake.kind === 'problem') return this.#send(this.#dialect.problem(intake.problem));
    const body =
      intake.kind === 'models'
        ? this.#dialect.models([...this.#models])
        : this.#dialect.countedTokens(intake.inputTokens);
    return this.#send({ status: 200, headers: {}, body });
  }

  get batches(): readonly SimulatedBatch[] {
    return this.#batchApi?.list ?? [];
  }

  setLimits(limits: LimitsOf): void {
    this.#pools.setLimits(limits);
  }

  reset(): void {
    this.log = [];
    this.requests = 0;
    this.maxInFlight = this.inFlight;
    this.#pools.reset();
    this.#batchApi?.reset();
    this.#random = createRandom(this.#settings.seed);
  }

  #meter(draft: CallDraft, signal: AbortSignal): Promise<Response> | Response {
    const { clock, reply: respond, countTokens, charge: rule } = this.#settings;
    const call: SimulatedCall = { id: this.log.length + 1, time: clock.now(), ...draft };
    const fault = this.#settings.fault(call, this.#random);
    const latency = latencyOf(this.#settings.latency, call, this.#random);
    const reply = composeReply(respond, call, countTokens);
    const charge = chargeFor(rule, call, reply);
    const entry = openEntry(call, charge, fault);
    this.log.push(entry);
    this.#models.add(call.model);
    const pool = this.#pools.find(call.key, call.model);
    if (fault === 'connection-error') return this.#drop(pool);
    const problem = problemOf(fault, call);
    if (problem !== undefined) return this.#fail(this.#dialect.problem(problem), entry, pool);
    const refusal = pool.admit(charge, call.time);
    if (refusal !== undefined) {
      entry.limit = refusal.name;
      return this.#fail(this.#dialect.refused(refusal, call), entry, pool);
    }
    const format = formats[call.operation];
    const onEnd = () => void this.inFlight--;
    return this.#serve({ call, reply, fault, latency, format, entry, pool, signal, onEnd });
  }

  async #serve(admission: AdmittedCall): Promise<Response> {
    const { call, entry, pool, fault } = admission;
    entry.admitted = true;
    entry.inputTokens = call.inputTokens;
    entry.tokensCharged = entry.cost.tokens;
    this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
    const rates = this.#rateHeaders(pool, fault);
    const body = await serveCall(admission, this.#settings);
    entry.status = 200;
    const type = call.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
    const headers = { 'content-type': type, ...rates, ...this.#requestId() };
    return new Response(body, { status: 200, headers });
  }

  #fail(answer: Answer, entry: OpenEntry, pool: Pool): Response {
    entry.status = answer.status;
    this.#countFailed(pool);
    if (entry.fault === 'missing-headers') return this.#send({ ...answer, headers: {} });
    const limited = answer.status === 429 && entry.fault !== 'insufficient-quota';
    const rates = limited ? this.#rateHeaders(pool, entry.fault) : {};
    return this.#send({ ...answer, headers: { ...rates, ...answer.headers } });
  }

  #drop(pool: Pool): never {
    this.#countFailed(pool);
    throw new ConnectionError();
  }

  #countFailed(pool: Pool): void {
    if (this.#settings.countFailed) pool.countFailed(this.#settings.clock.now());
  }

  #rateHeaders(pool: Pool, fault: Fault | 'none'): HeaderFields {
    if (fault === 'missing-headers') return {};
    const now = this.#settings.clock.now();
    return this.#dialect.rateHeaders(pool.levels(now), now);
  }

  #send({ status, headers, ...content }: Answer | RawAnswer): Response {
    const text = 'text' in content ? content.text : JSON.stringify(content.body);
    return new Response(text, {
      status,
      headers: { 'content-type': 'application/json', ...headers, ...this.#requestId() },
    });
  }

  #requestId(): HeaderFields {
    return { [this.#dialect.requestIdHeader]: `req_sim${this.requests}` };
  }
}

/** Azure's is another one, which the simulator doesn't have. */
function batchApiOf(settings: SimulatorSettings, dialect: Dialect): BatchApi | undefined {
  const { provider } = settings;
  if (provider === 'azure') return undefined;
  const host = { ...settings, dialect };
  return provider === 'anthropic' ? new AnthropicBatches(host) : new OpenAIBatches(host);
}

/** The error that a fault answers a call with, before it is admitted. */
function problemOf(fault: Fault | 'none', call: SimulatedCall): Problem | undefined {
  switch (fault) {
    case 500:
    case 503:
    case 529:
    case 'slow-down':
    case 'insufficient-quota':
    case 'malformed-retry-after':
      return fault;
    case 'stream-error':
      return call.stream ? undefined : 500;
    default:
      return undefined;
  }
}
