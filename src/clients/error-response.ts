/** The text of an error response, read to its end; what can't be read is empty. */
export async function readError(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch {
    return '';
  }
}

/** The same response once more, with its body unread again and some headers changed. */
export function replayed(
  response: Response,
  body: string,
  changed: Readonly<Record<string, string>>,
): Response {
  const { status, statusText, url } = response;
  const headers = new Headers(response.headers);
  // The body is text now: what described its bytes on the wire no longer holds.
  headers.delete('content-encoding');
  headers.delete('content-length');
  for (const [name, value] of Object.entries(changed)) headers.set(name, value);
  const copy = new Response(body, { status, statusText, headers });
  return Object.defineProperty(copy, 'url', { value: url, configurable: true });
}
