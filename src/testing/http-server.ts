/// <reference types="node" />
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectionError, type Server } from './server.ts';
import { FLIGHT_HEADER, type Flight, Flights, fetchInFlight } from './wire-flight.ts';

/** Options of `simulator.listen`. */
export interface ListenOptions {
  /** The port to listen on. @default 0, any free port */
  port?: number | undefined;
}

/** A simulator that listens on a port. */
export interface RunningServer {
  /** Its address, without a path: `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * A `fetch` to this server for clients in this process. It holds a virtual clock while a request or
   * response is on its way, so that virtual time stays exact. With the system's clock, any `fetch` works.
   */
  readonly fetch: typeof globalThis.fetch;
  /** Ends all connections, and stops listening. */
  close(): Promise<void>;
}

/** Puts the simulated server on a port of the loopback interface. */
export async function listen(
  server: Server,
  { port = 0 }: ListenOptions = {},
): Promise<RunningServer> {
  const flights = new Flights(server.clock);
  // No import: bundlers would put it into programs for runtimes that have no such module.
  const { createServer } = process.getBuiltinModule('node:http');
  const http = createServer((incoming, outgoing) => {
    void exchange(server, flights, incoming, outgoing);
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const bound = portOf(http.address());
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    fetch: async (input, init) => fetchInFlight(flights, new Request(input, init)),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('Not listening on a port');
  return address.port;
}

/** One request: a client that goes away aborts it, and a broken body breaks the connection. */
async function exchange(
  server: Server,
  flights: Flights,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort(new ConnectionError());
  });
  const flight = flights.find(incoming.headersDistinct[FLIGHT_HEADER]?.[0]);
  try {
    const answer = server.respond(await toRequest(incoming), gone.signal);
    flight?.land();
    const response = await answer;
    flight?.sent(1);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    await pump(response.body, outgoing, gone.signal, flight);
    flight?.answer();
    outgoing.end();
  } catch {
    flight?.break();
    outgoing.destroy();
  }
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const method = incoming.method ?? 'GET';
  const body = method === 'GET' || method === 'HEAD' ? null : Buffer.concat(chunks);
  const { host = '127.0.0.1' } = incoming.headers;
  return new Request(new URL(incoming.url ?? '/', `http://${host}`), { method, headers, body });
}

/** Passes a body on, no faster than the client takes it. */
async function pump(
  body: ReadableStream<Uint8Array> | null,
  outgoing: ServerResponse,
  gone: AbortSignal,
  flight: Flight | undefined,
): Promise<void> {
  if (body === null) return;
  for await (const bytes of body) {
    gone.throwIfAborted();
    flight?.sent(bytes.byteLength);
    if (!outgoing.write(bytes)) await drained(outgoing);
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.once('drain', done).once('close', done);
  });
}
