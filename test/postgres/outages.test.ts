import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createTable } from '../../src/postgres/index.ts';
import { FaultyWay } from '../support/senders/faulty-way.ts';
import {
  describeOutages,
  ON_THE_WAY,
  type Outage,
  type OutagePlace,
  repeated,
} from '../support/senders/outages.ts';
import type { Kept } from '../support/senders/senders.ts';
import { describePostgres, newDatabase, SERVER_URL } from './support/describe-postgres.ts';

const OUT_MS = 2000;

/** A table, a user who may use it and nothing else, and the way by which processes reach both. */
class Place implements OutagePlace {
  readonly table: string;
  readonly way: FaultyWay;
  readonly store: Kept;
  readonly #drop: () => Promise<void>;
  readonly #admin: pg.Client;

  private constructor(table: string, drop: () => Promise<void>, way: FaultyWay, port: number) {
    this.table = table;
    this.way = way;
    this.#drop = drop;
    this.#admin = new pg.Client({ connectionString: SERVER_URL });
    const url = new URL(SERVER_URL);
    url.username = table;
    url.port = String(port);
    this.store = { kind: 'postgres', url: url.href, table };
  }

  static async start(): Promise<Place> {
    const { table, drop } = await newDatabase();
    const way = new FaultyWay(Number(new URL(SERVER_URL).port || 5432));
    const place = new Place(table, drop, way, await way.listen());
    await place.#admin.connect();
    await place.do(`CREATE ROLE ${table} LOGIN`);
    await place.do(place.grant);
    return place;
  }

  get grant(): string {
    return `GRANT SELECT, INSERT, UPDATE ON ${this.table} TO ${this.table}`;
  }

  async do(statement: string): Promise<void> {
    await this.#admin.query(statement);
  }

  /** Ends all connections of the user. */
  cut(): Promise<void> {
    const all = `SELECT pid FROM pg_stat_activity WHERE usename = '${this.table}'`;
    return this.do(`SELECT pg_terminate_backend(pid) FROM (${all}) AS own`);
  }

  async dispose(): Promise<void> {
    this.way.close();
    await this.cut();
    await this.#drop();
    await this.do(`DROP ROLE ${this.table}`);
    await this.#admin.end();
  }
}

const AMID: Readonly<Record<string, Outage<Place>>> = {
  ...ON_THE_WAY,
  'nothing happens': async () => {},
  'it ends its connections again and again': (place) => repeated(8, 200, () => place.cut()),
  'its table is emptied again and again': (place) => {
    return repeated(3, 400, () => place.do(`DELETE FROM ${place.table}`));
  },
  'its table is locked': async (place) => {
    await place.do('BEGIN');
    await place.do(`LOCK TABLE ${place.table}`);
    await sleep(OUT_MS);
    await place.do('COMMIT');
  },
  'its table is dropped, and made anew': async (place) => {
    await place.do(`DROP TABLE ${place.table}`);
    await sleep(OUT_MS);
    await place.do(createTable(place.table));
    await place.do(place.grant);
  },
  'it takes no more connections': async (place) => {
    await place.do(`ALTER ROLE ${place.table} CONNECTION LIMIT 0`);
    await place.cut();
    await sleep(OUT_MS);
    await place.do(`ALTER ROLE ${place.table} CONNECTION LIMIT -1`);
  },
};

const BEFORE: Readonly<Record<string, Outage<Place>>> = {
  'nothing listens': async ({ way }) => way.close(),
  'something else answers': async ({ way }) => {
    way.garbage = 'HTTP/1.1 400 Bad Request\r\n\r\n';
  },
};

describePostgres('with a server', () => {
  const outages = { amid: AMID, before: BEFORE };
  describeOutages('processes whose PostgreSQL fails', () => Place.start(), outages);
});
