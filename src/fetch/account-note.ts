import { noteUnshared } from '../unshared.ts';
import type { Target } from './outgoing-request.ts';

/** Headers that hold a credential; Google's may be in the query. Nothing of it is kept but a number. */
const CREDENTIALS: readonly string[] = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'];

/** Notes the account of the first call: a limiter for each request limits nothing. */
export function accountNote(): (target: Target) => void {
  let isNoted = false;
  return ({ url, headers }) => {
    if (isNoted) return;
    isNoted = true;
    const given = [...CREDENTIALS.map((name) => headers.get(name)), url.searchParams.get('key')];
    noteUnshared(url.host, given.map((each) => each ?? '').join(' '));
  };
}
