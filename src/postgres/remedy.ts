/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_CODE: Readonly<Record<string, string>> = {
  '28P01': 'name the right user and password in the URL, or in the options of your pool',
  '28000': 'name a user that may connect from here',
  '3D000': 'this server has no database of that name: name another one',
  '42501': 'give its user the right to SELECT, INSERT and UPDATE on its table',
};
const NO_TABLE = '42P01';
const NO_PACKAGE = 'ERR_MODULE_NOT_FOUND';

/**
 * What somebody has to set right who has met `error`: it lies in how the store was set up, and no
 * waiting helps. `undefined` where a server may merely be gone.
 */
export function remedyFor(error: unknown, table: string): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  if (code === NO_TABLE)
    return `create its table \`${table}\`, with the statement of createTable()`;
  if (code === NO_PACKAGE) return 'install the package `pg`, 8 or later';
  return typeof code === 'string' && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}
