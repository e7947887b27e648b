import { expect, it } from 'vitest';
import { Listener } from '../../src/postgres/listener.ts';
import type { PostgresConnection, PostgresPool } from '../../src/postgres/postgres-client.ts';
import { createVirtualClock } from '../../src/testing/index.ts';

it('closes a connection that comes after its end, which keeps the process alive until then', async () => {
  const done: string[] = [];
  const connection: PostgresConnection = {
    on: () => {},
    query: async () => done.push('query'),
    release: (isClosed) => done.push(`release ${isClosed}`),
    unref: () => done.push('unref'),
  };
  let connect = (_: PostgresConnection): void => {};
  const pool: PostgresPool = {
    connect: () =>
      new Promise((resolve) => {
        connect = resolve;
      }),
    query: async () => ({ rows: [] }),
    end: async () => {},
    on: () => {},
  };
  const listener = new Listener({
    pool: async () => pool,
    ...{ channel: 'any', hear: () => {}, clock: createVirtualClock() },
    statements: { probe: 'probe', live: 'live' },
  });
  const opening = listener.open();
  await Promise.resolve();
  await Promise.resolve();
  listener.close();
  connect(connection);
  await opening;
  expect(done).toEqual(['release true']);
});
