import { refusalContract } from '../support/refusal-contract.ts';
import { describePostgres } from './support/describe-postgres.ts';
import { inPostgres } from './support/in-postgres.ts';

describePostgres('with a server', () => {
  refusalContract('PostgreSQL', inPostgres);
});
