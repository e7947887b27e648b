import { type Clock, systemClock } from '../../clock.ts';
import { newMemberName } from '../../shared/hearers.ts';
import { RedisLink } from '../link.ts';
import type { RedisTls } from '../own-client.ts';
import { connectionTo, type RedisTarget } from '../target.ts';
import { RedisCells } from './redis-cells.ts';
import { subscribe } from './subscriber.ts';

export interface RedisCellsSettings {
  /** What all keys begin with, and their hash tag in a cluster. @default 'llm-headroom' */
  readonly prefix?: string | undefined;
  readonly connectTimeoutMs?: number | undefined;
  readonly commandTimeoutMs?: number | undefined;
  readonly tls?: RedisTls | undefined;
  readonly clock?: Clock | undefined;
}

/** Cells in Redis 5 or later, for one process: `target` as for `redisStore`. */
export function redisCells(target: RedisTarget, settings: RedisCellsSettings = {}): RedisCells {
  const { prefix = 'llm-headroom', connectTimeoutMs, commandTimeoutMs, tls } = settings;
  const { clock = systemClock } = settings;
  const own = { tls, connectTimeoutMs };
  const connection = connectionTo(target, own);
  const link = new RedisLink(connection, { connectTimeoutMs, commandTimeoutMs, clock });
  const member = newMemberName();
  return new RedisCells({
    ...{ link, prefix, member },
    subscribe: (listening) => subscribe(target, { ...listening, own }),
  });
}
