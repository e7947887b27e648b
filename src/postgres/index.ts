/** @module llm-headroom/postgres */

export type { Store } from '../shared/store.ts';
export { type PostgresStoreOptions, postgresStore } from './create-store.ts';
export type {
  PostgresConnection,
  PostgresNotification,
  PostgresPool,
  PostgresPoolOptions,
  PostgresQuery,
  PostgresRows,
  PostgresTarget,
} from './postgres-client.ts';
export { createTable } from './statements.ts';
