import { Misconfigured } from '../shared/misconfigured.ts';
import { replyCode } from './reply.ts';

const PASSWORD = 'name the right user and password in the URL, or in the options of your client';
const NO_PASSWORD =
  'this Redis has no password: leave it out of the URL, or of the options of your client';
const RIGHTS =
  'give its user the rights to run scripts and the commands in them, to keys that begin with the `prefix`, and to its channels';
const DATABASE = 'this Redis has no database of that number: name another one';
const CERTIFICATE = 'name the certificates that are to be trusted in `tls.ca`, or in your client';
const VERSION = 'use Redis 5 or later, or Valkey';

const BY_CODE: Readonly<Record<string, string>> = {
  WRONGPASS: PASSWORD,
  NOAUTH: PASSWORD,
  NOPERM: RIGHTS,
};

/** What servers of different ages answer. */
const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/^ERR invalid password|unauthenticated (multi)?bulk length/, PASSWORD],
  [/no password is set|without any password configured/, NO_PASSWORD],
  [/user executing the script can't/, RIGHTS],
  [/DB index is out of range|invalid DB index/, DATABASE],
  // Before version 5, a script may not write once it has asked what time it is.
  [/Write commands not allowed after non deterministic commands/, VERSION],
  [/^ERR unknown command/, VERSION],
  [
    /self-signed certificate|unable to (verify the first|get local issuer) certificate/,
    CERTIFICATE,
  ],
];

/**
 * What somebody has to set right who has met `error`: it lies in how the store was set up, and no
 * waiting helps. `undefined` where a server may merely be gone.
 */
export function redisRemedy(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Misconfigured) return error.message;
  const code = BY_CODE[replyCode(error) ?? ''];
  const text = BY_TEXT.find(([pattern]) => pattern.test(error.message))?.[1];
  return code ?? text ?? redisRemedy(error.cause);
}
