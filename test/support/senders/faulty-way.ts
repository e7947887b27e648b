import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server on this machine that can be slow, lose everything, or break. */
export class FaultyWay {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** What each chunk takes, either way. */
  delayMs = 0;
  /** What is sent gets lost; connections stay. */
  isBlackHole = false;
  /** What answers in the server's place. */
  garbage: string | undefined;

  constructor(port: number) {
    this.#server = createServer((near) => {
      if (this.garbage !== undefined) {
        this.#own(near);
        near.on('data', () => near.write(this.garbage ?? ''));
        return;
      }
      const far = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#own(from);
        from.on('close', () => to.destroy());
        from.on('data', (data) => {
          if (this.isBlackHole) return;
          if (this.delayMs === 0) to.write(data);
          else setTimeout(() => to.write(data), this.delayMs);
        });
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Breaks all connections. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.reset();
    this.#server.close();
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
