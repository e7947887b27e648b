export type { Store } from '../stores/shared-lane.ts';
export { type RedisStoreOptions, redisStore } from './create-store.ts';
export type { RedisTarget } from './target.ts';
