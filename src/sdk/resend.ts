import type { Attempt } from './attempt.ts';

/** A call's attempt before, if that was refused. */
export function refusedAttempt(attempt: Attempt | undefined): Attempt | undefined {
  return attempt?.refusals.isRefused === true ? attempt : undefined;
}

/** The call's own refusal, where its lane takes no calls any more; else throws the error. */
export function refusalOr(error: unknown, previous: Attempt | undefined): Response {
  const refusal =
    previous?.refusals.answersFor(error) === true ? previous.refusals.replay : undefined;
  if (refusal === undefined) throw error;
  return refusal;
}

/** Sends an admitted attempt. One without a response counts as charged. */
export async function sent(attempt: Attempt, send: () => Promise<Response>): Promise<Response> {
  attempt.markSent();
  try {
    return await send();
  } catch (error) {
    attempt.settleAsCharged();
    throw error;
  }
}
