import { inMemory } from '../support/limiter-contract.ts';
import { refusalContract } from '../support/refusal-contract.ts';
import { describeRedis } from './support/describe-redis.ts';
import { inRedis } from './support/in-redis.ts';

refusalContract('memory', inMemory);

describeRedis('with a server', (server) => {
  refusalContract('Redis', inRedis(server));
});
