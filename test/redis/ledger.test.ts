import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Account } from '../../src/stores/shared-lane.ts';
import { describeRedis } from './support/describe-redis.ts';
import { LEASE_MS, TestProcess } from './support/processes.ts';
import { VirtualServer } from './support/virtual-server.ts';

const DAY_MS = 86_400_000;

describeRedis('a budget of several processes', (server) => {
  let virtual: VirtualServer;
  beforeEach(async () => {
    virtual = await VirtualServer.of(server());
  });
  afterEach(() => virtual.close());

  const process = (pid: string): TestProcess => new TestProcess(virtual, pid, []);
  const account = (limitBillionths: number, id = 'team'): Account => {
    return { id, limitBillionths, windowMs: DAY_MS };
  };

  it('is never overspent by what two processes reserve at once', async () => {
    const amounts = fc.array(
      fc.record({ who: fc.nat(1), amount: fc.nat(40), spent: fc.option(fc.nat(40)) }),
      { maxLength: 30 },
    );
    let id = 0;
    await fc.assert(
      fc.asyncProperty(amounts, async (history) => {
        const team = account(100, `team-${id++}`);
        const both = [process('one'), process('two')];
        let held = 0;
        let spent = 0;
        for (const { who, amount, spent: cost } of history) {
          const ledger = both[who]!.ledger;
          const answer = await ledger.reserve(team, amount);
          const fits = amount === 0 || spent + held + amount <= 100;
          if (fits) held += amount;
          expect(answer).toMatchObject({ isReserved: fits, spent, reserved: held });
          if (!fits || cost === null) continue;
          ledger.settle(team, amount, cost);
          held -= amount;
          spent += cost;
          await ledger.flush();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('frees what a dead process holds, and keeps what it has spent', async () => {
    const [dead, other] = [process('dead'), process('other')];
    await dead.ledger.reserve(account(100), 30);
    dead.ledger.settle(account(100), 30, 20);
    await dead.ledger.reserve(account(100), 70);
    expect(await other.ledger.reserve(account(100), 20)).toMatchObject({
      isReserved: false,
      spent: 20,
      reserved: 70,
    });
    virtual.advance(LEASE_MS + 1);
    const freed = await other.ledger.reserve(account(100), 80);
    expect(freed).toMatchObject({ isReserved: true, spent: 20, reserved: 80 });
  });

  it('is counted to the billionth beyond 2^31 and 2^51', async () => {
    const big = account(Number.MAX_SAFE_INTEGER);
    const { ledger } = process('one');
    await ledger.reserve(big, 2 ** 52 + 1);
    ledger.settle(big, 2 ** 52 + 1, 2 ** 52 + 1);
    const answer = await ledger.reserve(big, 2 ** 31 + 1);
    expect(answer).toMatchObject({ spent: 2 ** 52 + 1, reserved: 2 ** 31 + 1 });
  });

  it('begins anew with the day, as counted from the epoch, but for what is still to be paid', async () => {
    const { ledger } = process('one');
    await ledger.reserve(account(100), 40);
    const { resetAt } = await ledger.reserve(account(100), 40);
    expect(resetAt % DAY_MS).toBe(0);
    ledger.settle(account(100), 40, 30);
    await ledger.flush();
    virtual.advance(resetAt - virtual.now);
    const next = await ledger.reserve(account(100), 10);
    expect(next).toEqual({ isReserved: true, spent: 0, reserved: 50, resetAt: resetAt + DAY_MS });
    ledger.settle(account(100), 40, 35);
    expect((await ledger.reserve(account(100), 0)).spent).toBe(35);
  });

  it('counts once what is told twice, and nothing that was never heard of', async () => {
    const { ledger } = process('one');
    await ledger.reserve(account(100), 10);
    ledger.settle(account(100), 10, 7);
    virtual.loseReplies(2);
    await expect(ledger.flush()).rejects.toThrow('lost');
    await expect(ledger.reserve(account(100), 50)).rejects.toThrow('lost');
    expect(await ledger.reserve(account(100), 5)).toMatchObject({ spent: 7, reserved: 5 });
  });

  it('survives the server’s forgetting as far as processes remember', async () => {
    const [one, two] = [process('one'), process('two')];
    await one.ledger.reserve(account(100), 50);
    one.ledger.settle(account(100), 50, 60);
    await one.ledger.reserve(account(100), 20);
    await virtual.flush();
    expect(await one.ledger.reserve(account(100), 25)).toMatchObject({
      isReserved: false,
      spent: 60,
    });
    expect(await two.ledger.reserve(account(100), 25)).toMatchObject({
      isReserved: false,
      reserved: 20,
    });
  });
});
