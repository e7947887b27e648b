import { once } from 'node:events';
import { createServer } from 'node:http';
import { constants, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Fetch } from '../sdk/sdks.ts';

/** A server that answers by a `fetch`, in either version of HTTP. AWS's client has its own for each. */
export async function serve(version: 1 | 2, answer: Fetch) {
  const server = version === 1 ? createServer() : createHttp2Server();
  const sessions = new Set<{ destroy(): void }>();
  server.on(version === 1 ? 'connection' : 'session', (each) => sessions.add(each));
  server.on('request', async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const abort = new AbortController();
    response.on('close', () => response.writableFinished || abort.abort());
    const named = Object.entries(request.headers).filter(([name]) => !name.startsWith(':'));
    const headers = new Headers(named.map(([name, value]) => [name, String(value)]));
    const { method, url } = request;
    const body = Buffer.concat(chunks);
    try {
      const sent = { method, headers, body, signal: abort.signal };
      const { status, headers: given, body: stream } = await answer(`${origin}${url}`, sent);
      response.writeHead(status, Object.fromEntries(given));
      for await (const chunk of stream ?? []) response.write(chunk);
      response.end();
    } catch {
      if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      else response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  // It keeps no process alive.
  server.unref();
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    for (const each of sessions) each.destroy();
    server.close();
    await once(server, 'close');
  };
  return { origin, close };
}
