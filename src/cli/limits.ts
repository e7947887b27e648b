import { isSuccess } from '../batch-api/vendor.ts';
import { inWords } from '../duration.ts';
import { HeadroomError } from '../errors.ts';
import type { LaneSnapshot } from '../lane/lane-snapshot.ts';
import { expectTier, formByKey, keyOf, limiterOf } from './account.ts';
import type { Arguments } from './arguments.ts';
import type { BatchRequest, Form } from './batch-line.ts';
import { isConnectionFailure, reasonOf } from './connection-failure.ts';
import { CommandError, EXIT } from './exit-code.ts';
import type { Io } from './io.ts';
import { clientBy, sendBy } from './send.ts';

/** What is asked where no model is given: of the cheapest of each provider (2026-11). */
const CHEAP: Readonly<Record<Form, string>> = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-haiku-4-5',
};

/** Tells what a key may do, as the headers of one small answer say. Resolves to the exit code. */
export async function runLimits(asked: Arguments, io: Io): Promise<number> {
  const form = asked.provider ?? formByKey(asked, io);
  expectTier(asked, form);
  const { baseUrl, accountTier, json } = asked;
  const key = keyOf(form, asked, io);
  const { limiter, close } = await limiterOf(
    { ...asked, limits: undefined, maxUsd: undefined },
    io,
  );
  try {
    const client = await clientBy({ limiter, form, key, baseUrl, accountTier, fetch: io.fetch });
    const send = sendBy(client, form);
    const outcome = await send(smallest(form, asked.model), new AbortController().signal);
    const lanes = limiter.snapshot();
    if (outcome.kind === 'failed' || !isSuccess(outcome.status)) {
      throw failedBy(outcome.kind === 'failed' ? outcome.message : outcome.body);
    }
    io.out(json ? `${JSON.stringify(lanes)}\n` : lanes.map(textOf).join(''));
    return EXIT.fine;
  } catch (error) {
    if (isConnectionFailure(error)) throw failedBy(reasonOf(error));
    throw error instanceof HeadroomError ? failedBy(error.message) : error;
  } finally {
    await close();
  }
}

function failedBy(reason: string): CommandError {
  return new CommandError(`The call failed: ${reason}`, EXIT.someFailed);
}

function smallest(form: Form, model: string = CHEAP[form]): BatchRequest {
  const url = form === 'anthropic' ? '/v1/messages' : '/v1/chat/completions';
  const limit = form === 'anthropic' ? { max_tokens: 1 } : { max_completion_tokens: 1 };
  const body = { model, ...limit, messages: [{ role: 'user', content: 'Hi' }] };
  return { form, customId: 'limits', url, body };
}

function textOf({ lane, limits, concurrency }: LaneSnapshot): string {
  const inFlight = Number.isFinite(concurrency) ? `  ${concurrency} calls in flight\n` : '';
  const rows = limits.map(({ dimension, max, windowMs, remaining, source }) => {
    return `  ${max} ${dimension} per ${inWords(windowMs)}, ${Math.floor(remaining)} left (${source})\n`;
  });
  const all = `${rows.join('')}${inFlight}`;
  return `${lane}\n${all === '' ? '  its response shows no limits\n' : all}`;
}
