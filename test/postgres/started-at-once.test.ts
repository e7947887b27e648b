import { startedAtOnce } from '../support/senders/started-at-once.ts';
import { describePostgres, newDatabase } from './support/describe-postgres.ts';

describePostgres('six processes that start at once with one limit in PostgreSQL', () => {
  startedAtOnce(async () => {
    const { url, table } = await newDatabase();
    return { kind: 'postgres', url, table };
  });
});
