import { describePostgres } from '../postgres/support/describe-postgres.ts';
import { inPostgres } from '../postgres/support/in-postgres.ts';
import { faultContract } from './fault-contract.ts';

describePostgres('with a server', () => {
  faultContract('PostgreSQL', inPostgres);
});
