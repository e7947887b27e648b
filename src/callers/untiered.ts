import { warnOnce } from '../warning.ts';

/** Warns of calls that have a key, but none of the limiter's tiers: they have no limits of their own. */
export function noteUntiered(names: readonly string[]): void {
  warnOnce(
    'HEADROOM_UNTIERED_KEY',
    `A call has a \`key\` but no \`tier\`, so it has no limits of its own. Give each caller one of your \`tiers\` (${names.join(', ')}): \`runAs({ key, tier }, …)\`, or one for all calls of a client: \`withRateLimit(client, { limiter, tier })\`. If a caller needs no limits, give it an empty tier, such as \`staff: {}\``,
  );
}
