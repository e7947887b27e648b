import type pg from 'pg';
import type {
  PostgresConnection,
  PostgresPool,
  PostgresQuery,
} from '../../../src/postgres/index.ts';
import type { VirtualClock } from '../../../src/testing/index.ts';

const TIME = /extract\(epoch FROM (statement|clock)_timestamp\(\)\) \* 1000/g;

/**
 * A pool of a real server on which a virtual clock's time passes: while it is asked, time stands
 * still, and its statements are told the time of that clock.
 */
export class VirtualPool implements PostgresPool {
  readonly #pool: pg.Pool;
  readonly #clock: VirtualClock;
  readonly #listeners: ((error: Error) => void)[] = [];
  /** Connections that listen, and when they end. */
  readonly #listening = new Map<pg.PoolClient, Promise<void>>();

  constructor(pool: pg.Pool, clock: VirtualClock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  query(query: PostgresQuery): Promise<pg.QueryResult> {
    return this.#held(async () => {
      // What was sent before arrives before the answers to these.
      const answer = await this.#pool.query(this.#timed(query));
      await Promise.all(
        [...this.#listening].map(([each, end]) =>
          Promise.race([end, each.query('SELECT 1').catch(() => {})]),
        ),
      );
      return answer;
    });
  }

  /** A connection that listens. */
  async connect(): Promise<PostgresConnection> {
    const client = await this.#held(() => this.#pool.connect());
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#listening.set(client, ended);
    return {
      query: (query) => this.#held(() => Promise.race([ended, client.query(this.#timed(query))])),
      release: (isBroken) => {
        end();
        this.#listening.delete(client);
        client.release(isBroken);
      },
      on: client.on.bind(client),
    };
  }

  /** The server's connections go on. */
  async end(): Promise<void> {
    for (const listener of this.#listeners.splice(0)) this.#pool.off('error', listener);
  }

  on(event: 'error', listener: (error: Error) => void): unknown {
    this.#listeners.push(listener);
    return this.#pool.on(event, listener);
  }

  /** Its text is another one each time, and can't be prepared. */
  #timed({ text, values }: PostgresQuery): pg.QueryConfig {
    const now = `${this.#clock.now()}::float8`;
    return { text: text.replaceAll(TIME, now), ...(values && { values }) };
  }

  async #held<T>(ask: () => Promise<T>): Promise<T> {
    const letGo = this.#clock.hold();
    try {
      return await ask();
    } finally {
      letGo();
    }
  }
}
