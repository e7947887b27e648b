import { warnOnce } from './warning.ts';

/** Some runtimes have no finalizers. There, nothing is noticed. */
const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<string>(noteUnended);

/**
 * Warns, once in the life of the process, if nobody can end a reservation any more, because it was
 * garbage-collected before `settle` or `cancel`: it holds its slot for ever.
 */
export function watchUnended<R extends { readonly callId: string; readonly done: Promise<void> }>(
  reservation: R,
): R {
  if (registry === undefined) return reservation;
  const token = {};
  registry.register(reservation, reservation.callId, token);
  void reservation.done.then(() => registry.unregister(token));
  return reservation;
}

function noteUnended(callId: string): void {
  warnOnce(
    'HEADROOM_UNENDED_RESERVATION',
    `A reservation (call ${callId}) was dropped without \`settle\` or \`cancel\`: it counts as in flight forever. Use \`limiter.run\`, or \`using reservation = await limiter.acquire(…)\``,
  );
}
