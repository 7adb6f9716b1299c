import KeyvRedis from '@keyv/redis';
import { cache, type CacheOptions, type CachePrimitive, keyvStore } from '@tta/obs-primitives';
import { Keyv } from 'keyv';

/** A connection to a Redis, with caches that keep their answers there. */
export interface SharedAnswers {
  readonly redis: KeyvRedis<unknown>;
  cache<O>(
    step: (input: string) => O | Promise<O>,
    options?: Partial<CacheOptions<string>>,
  ): CachePrimitive<string, O>;
  close(): Promise<void>;
}

/** @param path - The socket file that Redis listens on. */
export function shareAnswers(path: string): SharedAnswers {
  const redis = new KeyvRedis<unknown>({ socket: { path, reconnectStrategy: 20 } });
  const keyv = new Keyv(redis);
  const store = keyvStore(keyv);
  return {
    redis,
    cache: (step, options) => cache(step, { key: (input) => input, name: 'answers', store, ...options }),
    close: () => redis.disconnect(true),
  };
}
