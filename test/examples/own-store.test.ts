import { createRateLimiter } from 'llm-headroom';
import { cellContract } from 'llm-headroom/testing';
import { describe, expect, it } from 'vitest';
import { Database, ownStore } from '../../examples/own-store.ts';

cellContract(
  { describe, it },
  "a store of one's own",
  async () => {
    const database = new Database();
    return {
      join: async () => ownStore(database),
      clear: async () => database.clear(),
      close: async () => {},
    };
  },
  { notes: false },
);

it("shares limits between limiters through a store of one's own", async () => {
  const database = new Database();
  const burst = { headroom: 0, burstSeconds: 60, enforcement: 'bucket' } as const;
  const [one, other] = [0, 1].map(() =>
    createRateLimiter({ ...burst, limits: { rpm: 4 }, store: ownStore(database) }),
  );
  for (const limiter of [one, other, one, other]) await limiter?.acquire({});
  for (const limiter of [one, other]) {
    await expect(limiter?.acquire({}, { maxWaitMs: 0 })).rejects.toThrow('requests');
    limiter?.close();
  }
});
