import { limiterContract } from '../support/limiter-contract.ts';
import { describePostgres } from './support/describe-postgres.ts';
import { inPostgres } from './support/in-postgres.ts';

describePostgres('with a server', () => {
  limiterContract('PostgreSQL', inPostgres);
});
