import { describePostgres } from '../postgres/support/describe-postgres.ts';
import { inPostgres } from '../postgres/support/in-postgres.ts';
import { faultContract, formsInTurn } from './fault-contract.ts';

describePostgres('with a server', () => {
  // Not with the form that Redis has had.
  faultContract('PostgreSQL', inPostgres, { formsOf: formsInTurn(1) });
});
