/** The base URL may have the beginning of the path already: `/v1`. */
export function pathUnder(baseUrl: string, url: string): string {
  const base = new URL(baseUrl).pathname.replace(/\/$/, '');
  const version = /\/v\d+$/.exec(base)?.[0];
  return version !== undefined && url.startsWith(`${version}/`) ? url.slice(version.length) : url;
}
