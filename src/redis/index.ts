/** @module llm-headroom/redis */

export type { Store } from '../shared/store.ts';
export { type RedisStoreOptions, redisStore } from './create-store.ts';
export type { RedisTarget } from './target.ts';
