import { startedAtOnce } from '../support/senders/started-at-once.ts';
import { describeRedis } from './support/describe-redis.ts';

describeRedis('six processes that start at once with one limit in Redis', (server) => {
  startedAtOnce(async () => ({
    ...{ kind: 'redis', url: server().url, prefix: `test-${crypto.randomUUID()}` },
  }));
});
