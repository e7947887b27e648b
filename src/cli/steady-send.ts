import { HostDown } from './connection-failure.ts';
import type { CallOutcome } from './result-line.ts';
import type { Send } from './send.ts';

/** So many calls in a row fail by the host's own fault before it is taken to be down. */
const MANY = 20;
/** Gateways have pages for it, some with the status 200. */
const OWN_FAULT = /^(?:status_5\d\d|no_json)$/;

/**
 * Sends, and knows an outage: a call that fails among others that succeed has failed by itself; where
 * none succeeds any more, all are to wait.
 *
 * It throws HostDown for what fails then.
 */
export function steadySend(send: Send): Send {
  let failures = 0;
  return async (request, signal) => {
    const outcome = await send(request, signal);
    failures = isOwnFault(outcome) ? failures + 1 : 0;
    if (failures > MANY)
      throw new HostDown(`${nameOf(outcome)} for each of the last ${MANY} calls`);
    return outcome;
  };
}

/** Whether the host itself has failed. */
export function isOwnFault(outcome: CallOutcome): boolean {
  return outcome.kind === 'answered' ? outcome.status >= 500 : OWN_FAULT.test(outcome.code);
}

function nameOf(outcome: CallOutcome): string {
  return outcome.kind === 'answered' ? `Status ${outcome.status}` : outcome.message;
}
