import { describeRedis } from '../redis/support/describe-redis.ts';
import { inRedis } from '../redis/support/in-redis.ts';
import { faultContract, formsInTurn } from './fault-contract.ts';

describeRedis('with a server', (server) => {
  faultContract('Redis', inRedis(server), { formsOf: formsInTurn(0) });
});
