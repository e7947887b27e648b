import { type IoRedisClient, isIoRedis } from '../ioredis.ts';
import { isNodeRedis, type NodeRedisClient } from '../node-redis.ts';
import { type OpenOptions, ownClients } from '../own-client.ts';
import type { RedisTarget } from '../target.ts';

/** Messages on one channel, over a connection of its own. */
export interface Subscriber {
  /** Whether messages arrive at present. */
  readonly isLive: boolean;
  /** Whether none will come any more. Of a client like the caller's: it connects again by itself. */
  readonly isOver: boolean;
  close(): void;
}

export interface Listening {
  readonly channel: string;
  readonly hear: (text: string) => void;
  /** How a connection by a URL is opened. */
  readonly own: OpenOptions;
  /** Given what closes the connection, before that is open. */
  readonly opening: (close: () => void) => void;
}

/** `undefined` while there is no way to subscribe: then nobody is told anything, and members look. */
export async function subscribe(
  target: RedisTarget,
  listening: Listening,
): Promise<Subscriber | undefined> {
  try {
    const client = clientFor(await opened(target, listening.own));
    return client && (await client(listening));
  } catch {
    return undefined;
  }
}

/** A second client like the one that is given: one that subscribes can do nothing else. */
async function opened(target: RedisTarget, own: OpenOptions): Promise<unknown> {
  if (typeof target === 'string' || target instanceof URL)
    return (await ownClients(target, own)())();
  const duplicate: unknown = Reflect.get(target, 'duplicate');
  return typeof duplicate === 'function' ? Reflect.apply(duplicate, target, []) : undefined;
}

type Subscribe = (listening: Listening) => Promise<Subscriber>;

function clientFor(client: unknown): Subscribe | undefined {
  if (isNodeRedis(client)) return (listening) => viaNodeRedis(client, listening);
  if (isIoRedis(client)) return (listening) => viaIoRedis(client, listening);
  return undefined;
}

async function viaNodeRedis(client: NodeRedisClient, listening: Listening): Promise<Subscriber> {
  const { channel, hear } = listening;
  client.on('error', () => {});
  const close = (): void => {
    if (client.isOpen) client.destroy();
  };
  listening.opening(close);
  try {
    await client.connect();
    const subscribing: unknown = method(client, 'subscribe')(channel, (text: unknown) => {
      hear(String(text));
    });
    await subscribing;
    // To be told something is no reason to keep a process alive.
    client.unref?.();
  } catch (error) {
    close();
    throw error;
  }
  return {
    get isLive() {
      return client.isReady ?? client.isOpen;
    },
    get isOver() {
      return !client.isOpen;
    },
    close,
  };
}

async function viaIoRedis(client: IoRedisClient, listening: Listening): Promise<Subscriber> {
  const { channel, hear } = listening;
  client.on('error', () => {});
  client.on('message', (_, text) => hear(String(text)));
  const close = (): void => void client.disconnect();
  listening.opening(close);
  try {
    if (client.status === 'wait') await client.connect();
    const subscribing: unknown = method(client, 'subscribe')(channel);
    await subscribing;
    client.stream?.unref?.();
    client.on('connect', () => client.stream?.unref?.());
  } catch (error) {
    close();
    throw error;
  }
  return {
    get isLive() {
      return client.status === 'ready';
    },
    get isOver() {
      return client.status === 'end';
    },
    close,
  };
}

function method(client: object, name: string): (...args: unknown[]) => unknown {
  const value: unknown = Reflect.get(client, name);
  if (typeof value !== 'function') throw new Error(`The Redis client has no \`${name}\``);
  return (...args) => Reflect.apply(value, client, args);
}
