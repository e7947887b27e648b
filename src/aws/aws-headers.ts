import { keysOf, textField } from '../model/json.ts';

/** Headers as AWS's client has them, those of them that the web takes: HTTP/2 has others (`:authority`). */
export function webHeaders(given: unknown): Headers {
  const headers = new Headers();
  for (const name of keysOf(given)) {
    try {
      headers.set(name, textField(given, name));
    } catch {}
  }
  return headers;
}
