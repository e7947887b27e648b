/// <reference types="node" />
import { pathUnder } from '../batch-api/path-under.ts';
import { isSuccess, saysMoney } from '../batch-api/vendor.ts';
import { HeadroomError } from '../errors.ts';
import type { RateLimiter } from '../limiter.ts';
import { field, parseJson, textField } from '../model/json.ts';
import { withRateLimit } from '../with-rate-limit.ts';
import type { BatchRequest, Form } from './batch-line.ts';
import { ConnectionLost } from './connection-failure.ts';
import { CommandError, EXIT, orUsage } from './exit-code.ts';
import type { CallOutcome } from './result-line.ts';

/** Sends one request through a limiter, and returns what the server says. */
export type Send = (request: BatchRequest, signal: AbortSignal) => Promise<CallOutcome>;

export interface SendOptions {
  readonly limiter: RateLimiter;
  readonly form: Form;
  readonly key: string;
  readonly baseUrl: string | undefined;
  readonly accountTier: string | number | undefined;
  readonly fetch: typeof globalThis.fetch | undefined;
}

/** A client of either SDK that keeps to the limits, as far as it is used. */
export interface Client {
  readonly baseURL: string;
  post(path: string, options: object): { asResponse(): Promise<Response> };
}

/** Of the SDK's own, for 5xx and broken connections; 429s take none of them. */
const MAX_RETRIES = 4;

/**
 * The provider's SDK, behind the limiter.
 * @throws CommandError where the SDK isn't installed, or takes no such options
 */
export async function clientBy(options: SendOptions): Promise<Client> {
  const { limiter, accountTier } = options;
  const made = await clientOf(options);
  return orUsage(() => withRateLimit(made, { limiter, accountTier }));
}

/** The only place that knows how a request is sent. */
export function sendBy(client: Client, form: Form): Send {
  return async ({ url, body }, signal) => {
    const path = pathUnder(client.baseURL, url);
    try {
      const answered = client.post(path, { body, signal, maxRetries: MAX_RETRIES }).asResponse();
      return await read(await answered);
    } catch (error) {
      return failure(error, form);
    }
  };
}

async function clientOf({ form, key, baseUrl, fetch }: SendOptions): Promise<Client> {
  const options = { apiKey: key, ...(baseUrl && { baseURL: baseUrl }), ...(fetch && { fetch }) };
  try {
    if (form === 'anthropic') {
      const { default: Anthropic } = await import('@anthropic-ai/sdk');
      return new Anthropic(options);
    }
    const { default: OpenAI } = await import('openai');
    return new OpenAI(options);
  } catch (cause) {
    if (field(cause, 'code') !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const name = form === 'anthropic' ? '@anthropic-ai/sdk' : 'openai';
    throw new CommandError(`The package ${name} is missing: npm install ${name}`);
  }
}

async function read(response: Response): Promise<CallOutcome> {
  const body = await textOf(response);
  const { status, headers } = response;
  const requestId = headers.get('x-request-id') ?? headers.get('request-id') ?? '';
  const said = parseJson(body);
  if (saysMoney(said)) throw noMore(body);
  if (said !== undefined) return { kind: 'answered', status, requestId, body };
  return { kind: 'failed', code: 'no_json', message: `Status ${status}, but the body is not JSON` };
}

function noMore(message: string): CommandError {
  return new CommandError(`The provider accepts no more calls: ${message}`, EXIT.stopped);
}

/** @throws ConnectionLost where it breaks off */
async function textOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new ConnectionLost('The answer broke off', { cause });
  }
}

/**
 * What a failed call comes to, if that is about this call alone.
 * @throws the error itself, where a connection has failed, or it is ours and no `call_too_large`
 * @throws CommandError where no further call would go: a key or an account that is refused
 */
function failure(error: unknown, form: Form): CallOutcome {
  if (error instanceof HeadroomError) {
    if (error.code !== 'call_too_large') throw error;
    return { kind: 'failed', code: error.code, message: error.message };
  }
  const status = field(error, 'status');
  if (typeof status !== 'number' || isSuccess(status)) throw error;
  const message = error instanceof Error ? error.message : '';
  const said = field(error, 'error');
  const isMoney = saysMoney(form === 'anthropic' ? said : { error: said });
  if (status === 401 || status === 402 || status === 429 || isMoney) throw noMore(message);
  const body = JSON.stringify(form === 'anthropic' ? said : { error: said });
  const requestId = textField(error, 'requestID');
  if (said !== undefined && said !== null) return { kind: 'answered', status, requestId, body };
  return { kind: 'failed', code: `status_${status}`, message };
}
