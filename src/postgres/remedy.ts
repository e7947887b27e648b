import { Misconfigured } from '../shared/misconfigured.ts';
import { createTable } from './statements.ts';

const LOGIN = 'name the right user and password in the URL, or in the options of your pool';
const VERSION = 'use PostgreSQL 11 or later';
const CERTIFICATE =
  'name the certificates that are to be trusted in the options of a pool of your own';

/** By the server's SQLSTATE. */
const BY_CODE: Readonly<Record<string, string>> = {
  '28P01': LOGIN,
  '28000': LOGIN,
  '3D000': 'this server has no database of that name: create it, or name another one',
  '3F000': 'this database has no schema of that name: create it, or name another one in `table`',
  '42883': VERSION,
};

/**
 * What somebody has to set right who has met `error`: it lies in how the store was set up, and no
 * waiting helps. `undefined` where a server may merely be gone.
 */
export function postgresRemedy(error: unknown, table: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Misconfigured) return error.message;
  return (
    byCode(codeOf(error), table) ??
    (/self-signed certificate|unable to (verify|get)/.test(error.message)
      ? CERTIFICATE
      : postgresRemedy(error.cause, table))
  );
}

/** Of a column of the type `json`, servers say the same as of functions that they don't have yet. */
function codeOf(error: Error): unknown {
  const code = 'code' in error ? error.code : undefined;
  return code === '42883' && /\bjson\b/.test(error.message) ? '42804' : code;
}

function byCode(code: unknown, table: string): string | undefined {
  switch (code) {
    case '42P01':
      return `there is no table \`${table}\`; create it once: ${createTable(table)}`;
    case '42703':
    case '42804':
    case '42P10':
    case '22001':
    case '22P02':
      return `the table \`${table}\` isn't a store's; name another one in \`table\`, or create it: ${createTable(table)}`;
    case '42501':
      return `give its user the right to SELECT, INSERT and UPDATE on \`${table}\``;
    default:
      return typeof code === 'string' && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  }
}
