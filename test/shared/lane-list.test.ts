import { beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/shared/cell.ts';
import { LaneList, MOST_LISTED } from '../../src/shared/lane-list.ts';
import { MemoryStore } from '../../src/shared/memory-cell.ts';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';

const HOUR_MS = 3_600_000;

describe('the list of the lanes of a store', () => {
  let clock: VirtualClock;
  let memory: MemoryStore;
  /** What members have asked of the cell, and whether it answers. */
  let asked: string[];
  let isDown: boolean;
  let members: number;
  let beforeWrite: () => Promise<unknown>;

  beforeEach(() => {
    clock = createVirtualClock({ start: 1_700_000_000_000 });
    memory = new MemoryStore(clock);
    [asked, isDown, members] = [[], false, 0];
    beforeWrite = async () => {};
  });

  const open = (): LaneList => {
    const member = `p${++members}`;
    const cells = memory.cellsOf(member);
    const watched = (cell: Cell): Cell => ({
      read: async () => {
        asked.push(`${member} reads`);
        if (isDown) throw new Error('The store is down');
        return cell.read();
      },
      write: async (write) => {
        await beforeWrite();
        const reply = await cell.write(write);
        asked.push(`${member} writes: ${reply.kind}`);
        return reply;
      },
    });
    return new LaneList({ open: (name) => watched(cells.open(name)) }, clock);
  };
  const note = async (list: LaneList, ...lanes: string[]): Promise<void> => {
    for (const lane of lanes) list.note({ lane, model: `model of ${lane}` });
    await clock.advance(0);
  };
  const listed = async (): Promise<string[]> => {
    return (await clock.run(open().read())).map(({ lane }) => lane);
  };

  it('tells all processes which lanes there are, and of which model', async () => {
    await note(open(), 'a');
    expect(await clock.run(open().read())).toMatchObject([{ lane: 'a', model: 'model of a' }]);
  });

  it('is written once for lanes that are opened together, and only read where they are known', async () => {
    await note(open(), 'a', 'b');
    await note(open(), 'b', 'a', 'b');
    expect(asked).toEqual(['p1 reads', 'p1 writes: written', 'p2 reads']);
  });

  it('costs a look each minute while a lane is used, and a write each half an hour', async () => {
    const list = open();
    await note(list, 'a');
    asked.length = 0;
    for (let second = 0; second < 3600; second += 10) {
      await clock.advance(10_000);
      await note(list, 'a');
    }
    const writes = asked.filter((each) => each.includes('writes'));
    expect([asked.length - writes.length, writes.length]).toEqual([60, 2]);
  });

  it('is written again within a minute of use when the store has forgotten it', async () => {
    const list = open();
    await note(list, 'a');
    memory.clear();
    await clock.advance(60_000);
    await note(list, 'a');
    expect(await listed()).toEqual(['a']);
  });

  it('loses nothing when many write at once', async () => {
    const lists = Array.from({ length: 16 }, open);
    for (const [i, list] of lists.entries()) list.note({ lane: `lane ${i}`, model: '' });
    await clock.advance(0);
    expect((await listed()).sort()).toEqual(lists.map((_, i) => `lane ${i}`).sort());
  });

  it('holds the lanes that were used last, and forgets each after a day', async () => {
    const list = open();
    const names = Array.from({ length: MOST_LISTED + 10 }, (_, i) => `lane ${i}`);
    for (const name of names) await note(list, name);
    expect(await listed()).toEqual(names.slice(10).reverse());
    await clock.advance(23 * HOUR_MS);
    await note(list, 'lane 99');
    await clock.advance(2 * HOUR_MS);
    expect(await listed()).toEqual(['lane 99']);
  });

  it('is told again after ten seconds what could not be told', async () => {
    const list = open();
    isDown = true;
    await note(list, 'a');
    await note(list, 'a');
    isDown = false;
    await note(list, 'a');
    expect(asked).toEqual(['p1 reads']);
    await clock.advance(10_000);
    await note(list, 'a');
    expect(await listed()).toEqual(['a']);
  });

  it('leaves a list alone that a newer version keeps', async () => {
    const cell = memory.cellsOf('new').open('lanes');
    const text = '[3,"what nobody knows"]';
    const at = clock.now();
    await cell.write({ expected: '', version: '1.new', text, at, taken: [], messages: [] });
    await note(open(), 'a');
    expect(await listed()).toEqual([]);
    expect((await cell.read()).text).toBe(text);
  });

  it.each(['', '{}', 'x', '[]', '[1,2]', '[1,["a"]]', '[1,["a","b","c"]]', '["1",[]]'])(
    'begins anew where the store holds %j',
    async (text) => {
      const cell = memory.cellsOf('any').open('lanes');
      const at = clock.now();
      await cell.write({ expected: '', version: '1', text, at, taken: [], messages: [] });
      await note(open(), 'a');
      expect(await listed()).toEqual(['a']);
    },
  );

  it('has no name that is longer than a name is', async () => {
    await note(open(), 'x'.repeat(301), 'y'.repeat(280));
    expect(await listed()).toEqual(['y'.repeat(280)]);
  });

  it('tells who opens a lane what operators have said, also while it is being listed', async () => {
    await clock.run(open().say(undefined, 5000));
    const heard: string[][] = [];
    const opening = open();
    // Another process is faster with its word.
    beforeWrite = () => {
      beforeWrite = async () => {};
      return open().say('m', 9000);
    };
    opening.open({ lane: 'a', model: 'm' }, (words = [], now) => {
      heard.push(words.map(({ model, until }) => `${model ?? 'all'} ${until - now}`));
    });
    await clock.advance(0);
    expect(heard).toEqual([['all 5000'], ['all 5000', 'm 9000']]);
    await clock.advance(60_000);
    await note(opening, 'a');
    expect(heard).toHaveLength(2);
    expect(await clock.run(open().say('m', 0))).toMatchObject([{ lane: 'a' }]);
  });

  it('tells who opens a lane that nobody knows, where the list can not be read', async () => {
    isDown = true;
    const heard: unknown[] = [];
    open().open({ lane: 'a', model: 'm' }, (words) => void heard.push(words));
    await clock.advance(0);
    expect(heard).toEqual([undefined]);
  });

  it('can be kept by older processes once no pause lasts', async () => {
    const format = async () => (await memory.cellsOf('any').open('lanes').read()).text.slice(0, 3);
    const list = open();
    await clock.run(list.say('m', 5000));
    expect(await format()).toBe('[2,');
    await clock.run(list.say('m', 0));
    expect(await format()).toMatch(/^\[1/);
  });
});
