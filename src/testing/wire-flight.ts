import type { Clock } from '../clock.ts';

/** Names a request's flight to the server; clients in other processes don't send it. */
export const FLIGHT_HEADER = 'x-simulator-flight';

/**
 * What is on the wire between a client and a server of this process. A virtual clock is held while
 * anything is: real sockets take real time, in which no virtual time may pass.
 */
export class Flights {
  readonly #hold: () => () => void;
  readonly #open = new Map<string, Flight>();
  #count = 0;

  constructor(clock: Clock) {
    this.#hold = () => clock.hold?.() ?? (() => {});
  }

  /** A request takes off. */
  start(): Flight {
    const id = String(++this.#count);
    const flight = new Flight(id, this.#hold, () => this.#open.delete(id));
    this.#open.set(id, flight);
    flight.sent(1);
    return flight;
  }

  find(id: string | undefined): Flight | undefined {
    return id === undefined ? undefined : this.#open.get(id);
  }
}

/** One request and its response: heads and ends count as one unit each, bodies by the byte. */
export class Flight {
  readonly id: string;
  readonly #hold: () => () => void;
  readonly #onClose: () => void;
  #inTransit = 0;
  #release: (() => void) | undefined;
  #landed = false;
  #answered = false;
  #broken = false;
  #closed = false;

  constructor(id: string, hold: () => () => void, onClose: () => void) {
    this.id = id;
    this.#hold = hold;
    this.#onClose = onClose;
  }

  sent(units: number): void {
    if (this.#closed || this.#broken) return;
    this.#inTransit += units;
    this.#release ??= this.#hold();
  }

  received(units: number): void {
    if (this.#closed || this.#broken) return;
    this.#inTransit -= units;
    if (this.#inTransit === 0) this.#letGo();
  }

  /** The request has arrived. */
  land(): void {
    this.#landed = true;
    this.received(1);
  }

  /** The server has sent all of its response. */
  answer(): void {
    this.sent(1);
    this.#answered = true;
  }

  /** The client has received all of the response. */
  close(): void {
    this.#closed = true;
    this.#letGo();
    this.#onClose();
  }

  /** One side broke the connection, or noticed that the other did: then nothing is under way. */
  break(): void {
    if (this.#broken || this.#answered || !this.#landed) {
      this.close();
    } else {
      this.#broken = true;
      this.#release ??= this.#hold();
    }
  }

  #letGo(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/** `fetch` over the wire, with its flight registered. */
export async function fetchInFlight(flights: Flights, request: Request): Promise<Response> {
  const flight = flights.start();
  request.headers.set(FLIGHT_HEADER, flight.id);
  try {
    const response = await globalThis.fetch(request);
    flight.received(1);
    return new Response(arriving(response.body, flight), response);
  } catch (error) {
    flight.break();
    throw error;
  }
}

/** A body that is taken off the wire as it comes, read or not. */
function arriving(
  body: ReadableStream<Uint8Array> | null,
  flight: Flight,
): ReadableStream<Uint8Array> | null {
  if (body === null) return null;
  const reader = body.getReader();
  const pump = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      controller.enqueue(value);
      flight.received(value.byteLength);
    }
    controller.close();
    flight.close();
  };
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      pump(controller).catch((error) => {
        flight.break();
        controller.error(error);
      });
    },
    cancel: (reason) => {
      flight.break();
      return reader.cancel(reason);
    },
  });
}
