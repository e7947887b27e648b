import { inMemory, limiterContract } from '../support/limiter-contract.ts';
import { describeRedis } from './support/describe-redis.ts';
import { inRedis } from './support/in-redis.ts';

limiterContract('memory', inMemory);

describeRedis('with a server', (server) => {
  limiterContract('Redis', inRedis(server));
});
