import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Cell,
  type Cells,
  MOST_TAKES,
  type Room,
  type Seen,
  type Write,
} from '../../src/shared/cell.ts';

/** A store of cells that is to be tested. */
export interface CellStore {
  /** The cells of another member, which hears its messages. */
  join(): Promise<Cells>;
  /** Loses everything. */
  clear(): Promise<void>;
  /** Ends the server and starts it again, where there is one. */
  restart?(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What every store of cells has to do.
 *
 * @param features - `notes`: cells have `ask` and `listen`; `takes`: they have `take`
 */
export function describeCells(
  name: string,
  start: () => Promise<CellStore>,
  { notes = true, takes = true, restarts = false } = {},
): void {
  describe(name, () => {
    let store: CellStore;
    const joined: Cells[] = [];
    let lanes = 0;
    beforeAll(async () => {
      store = await start();
    });
    afterAll(() => store?.close());
    afterEach(async () => {
      for (const cells of joined.splice(0)) await cells.close();
    });
    const join = async (): Promise<Cells> => {
      const cells = await store.join();
      joined.push(cells);
      return cells;
    };
    /** The same cell, as seen by so many members. */
    const lane = async (
      members: number,
    ): Promise<{ name: string; all: readonly Cells[]; cells: Cell[] }> => {
      const name = `lane ${++lanes} {ü}`;
      const all: Cells[] = [];
      for (let i = 0; i < members; i++) all.push(await join());
      return { name, all, cells: all.map((each) => each.open(name)) };
    };

    test('an empty cell has no version, and the time of the store', async () => {
      const { cells } = await lane(2);
      const [one, other] = [await cells[0]!.read(), await cells[1]!.read()];
      expect(one).toMatchObject({ kind: 'seen', version: '', text: '', inbox: [] });
      expect(other.now).toBeGreaterThanOrEqual(one.now);
      expect(one.now).toBeGreaterThan(0);
    });

    test('what one member writes another one reads, whatever the text', async () => {
      const { cells } = await lane(2);
      for (const text of ['', '{"a":1}\n[2]', 'ü \t "\\ 😀', 'x'.repeat(100_000)]) {
        const seen = await cells[0]!.read();
        const written = await cells[0]!.write(writeAfter(seen, { text }));
        expect(written).toMatchObject({ kind: 'written', inbox: [] });
        expect(await cells[1]!.read()).toMatchObject({ text, version: nextVersion(seen) });
      }
    });

    test('a write from another version is told what is there instead', async () => {
      const { cells } = await lane(2);
      const seen = await cells[0]!.read();
      await cells[0]!.write(writeAfter(seen, { text: 'first' }));
      const refused = await cells[1]!.write(writeAfter(seen, { text: 'second' }));
      expect(refused).toMatchObject({ kind: 'seen', text: 'first', version: nextVersion(seen) });
      expect(await cells[1]!.read()).toMatchObject({ text: 'first' });
    });

    test('of many writes at once from one version, one is written', async () => {
      const { cells } = await lane(8);
      const seen = await cells[0]!.read();
      const writes = cells.map((cell, i) => {
        return cell.write(writeAfter(seen, { text: `${i}`, version: `1.${i}` }));
      });
      const replies = await Promise.all(writes);
      const winners = replies.flatMap(({ kind }, i) => (kind === 'written' ? [i] : []));
      expect(winners).toHaveLength(1);
      expect(await cells[0]!.read()).toMatchObject({ text: `${winners[0]}` });
    });

    test('a decision that is too old, or of the future, is not written', async () => {
      const { cells } = await lane(1);
      const seen = await cells[0]!.read();
      for (const at of [seen.now - 60_000, seen.now + 60_000]) {
        expect(await cells[0]!.write(writeAfter(seen, { at }))).toMatchObject({ kind: 'late' });
      }
      expect(await cells[0]!.read()).toMatchObject({ version: '' });
    });

    test('cells of other names are other cells', async () => {
      const { name, all, cells } = await lane(1);
      await cells[0]!.write(writeAfter(await cells[0]!.read(), { text: 'one' }));
      expect(await all[0]!.open(`${name}:2`).read()).toMatchObject({ version: '', text: '' });
    });

    test('what was lost is an empty cell', async () => {
      const { cells } = await lane(1);
      const seen = await cells[0]!.read();
      await cells[0]!.write(writeAfter(seen));
      await store.clear();
      expect(await cells[0]!.read()).toMatchObject({ version: '', text: '' });
      expect(await cells[0]!.write(writeAfter(await cells[0]!.read()))).toMatchObject({
        kind: 'written',
      });
    });

    describe.runIf(notes)('notes and messages', () => {
      test('a note is sent to who wrote last, and stays until it is taken', async () => {
        const { all, cells } = await lane(2);
        const heard = hearing(cells[0]!);
        const seen = await cells[0]!.read();
        await cells[0]!.write(writeAfter(seen));
        const note = { member: all[1]!.member, order: 7, text: '["a",1]' };
        expect(await cells[1]!.ask!(note)).toMatchObject({ kind: 'asked' });
        expect(await heard.next()).toBe(note.text);
        const then = await cells[0]!.read();
        expect(then.inbox).toEqual([note]);
        const taken = [{ member: note.member, order: 7 }];
        expect(await cells[0]!.write(writeAfter(then, { taken }))).toMatchObject({
          kind: 'written',
          inbox: [],
        });
      });

      test('where nobody listens, a note is left all the same, and the cell is told', async () => {
        const { all, cells } = await lane(1);
        const note = { member: all[0]!.member, order: 1, text: 'me' };
        expect(await cells[0]!.ask!(note)).toMatchObject({
          kind: 'seen',
          version: '',
          inbox: [note],
        });
        await cells[0]!.write(writeAfter(await cells[0]!.read()));
        const own = { ...note, order: 2 };
        expect(await cells[0]!.ask!(own)).toMatchObject({ kind: 'seen', inbox: [own] });
      });

      test('a writer that is gone is not asked', async () => {
        const { all, cells } = await lane(2);
        await cells[0]!.write(writeAfter(await cells[0]!.read()));
        await all[0]!.close();
        const note = { member: all[1]!.member, order: 1, text: 'me' };
        // A server may take a moment to notice.
        await until(
          async () => (await cells[1]!.ask!({ ...note, order: ++orders })).kind === 'seen',
        );
      });

      test('nor one that has said that it leaves', async () => {
        const { all, cells } = await lane(2);
        hearing(cells[0]!);
        await cells[0]!.write(writeAfter(await cells[0]!.read(), { isLast: true }));
        const note = { member: all[1]!.member, order: 1, text: 'me' };
        expect(await cells[1]!.ask!(note)).toMatchObject({ kind: 'seen', inbox: [note] });
      });

      test('a note that comes too late is not left', async () => {
        const { all, cells } = await lane(1);
        const { now } = await cells[0]!.read();
        const note = { member: all[0]!.member, order: 1, text: 'late' };
        expect(await cells[0]!.ask!(note, now - 1)).toMatchObject({ kind: 'late' });
        expect((await cells[0]!.read()).inbox).toEqual([]);
        expect(await cells[0]!.ask!(note, now + 60_000)).toMatchObject({
          kind: 'seen',
          inbox: [note],
        });
      });

      test('an older note never replaces a newer one, nor is a newer one taken for it', async () => {
        const { all, cells } = await lane(1);
        const { member } = all[0]!;
        const newer = { member, order: 10, text: 'newer' };
        await cells[0]!.ask!(newer);
        await cells[0]!.ask!({ member, order: 9, text: 'older' });
        const seen = await cells[0]!.read();
        expect(seen.inbox).toEqual([newer]);
        const written = await cells[0]!.write(writeAfter(seen, { taken: [{ member, order: 9 }] }));
        expect(written).toMatchObject({ kind: 'written', inbox: [newer] });
      });

      test('a write sends its messages to whom they are for, and a refused one sends none', async () => {
        const { all, cells } = await lane(3);
        const [b, c] = [hearing(cells[1]!), hearing(cells[2]!)];
        const seen = await cells[0]!.read();
        const to = all[1]!.member;
        await cells[0]!.write(writeAfter(seen, { messages: [{ to, text: 'one\ntwo ü' }] }));
        await cells[0]!.write(writeAfter(seen, { messages: [{ to, text: 'refused' }] }));
        const then = await cells[0]!.read();
        const both = [
          { to, text: 'last' },
          { to: all[2]!.member, text: 'c' },
        ];
        await cells[0]!.write(writeAfter(then, { messages: both }));
        expect([await b.next(), await b.next(), await c.next()]).toEqual([
          'one\ntwo ü',
          'last',
          'c',
        ]);
      });

      test('a write that comes second asks who was first', async () => {
        const { all, cells } = await lane(2);
        const heard = hearing(cells[0]!);
        const seen = await cells[0]!.read();
        await cells[0]!.write(writeAfter(seen));
        const otherwise = { member: all[1]!.member, order: 3, text: 'ask' };
        expect(await cells[1]!.write(writeAfter(seen, { otherwise }))).toMatchObject({
          kind: 'asked',
        });
        expect(await heard.next()).toBe('ask');
        expect((await cells[0]!.read()).inbox).toEqual([otherwise]);
      });
    });

    describe.runIf(takes)('takes', () => {
      const note = (cells: Cells, order: number) => {
        return { member: cells.member, order, text: `["${cells.member}",${order}]\nü` };
      };
      const two = { kind: 'k', amounts: [2, 1.5] };
      const one = { kind: 'k', amounts: [1, 0.5] };

      test('go while there is room, and are counted by the next write', async () => {
        const { all, cells } = await lane(3);
        hearing(cells[0]!);
        const seen = await cells[0]!.read();
        const until = seen.now + 60_000;
        await cells[0]!.write(writeAfter(seen, { room: two }));
        const first = note(all[1]!, 1);
        const second = note(all[2]!, 1);
        expect(await cells[1]!.take!(first, one, until)).toMatchObject({ kind: 'taken' });
        expect(await cells[2]!.take!(second, one, until)).toMatchObject({ kind: 'taken' });
        // It is asked for, where there is no room left.
        const third = note(all[2]!, 2);
        expect(await cells[2]!.take!(third, one, until)).toMatchObject({ kind: 'asked' });
        const then = await cells[0]!.read();
        expect(then.takes).toMatchObject([first, second]);
        expect(then.inbox).toEqual([third]);
        const uncounted = await cells[0]!.write(writeAfter(then, { counted: 1 }));
        expect(uncounted).toMatchObject({ kind: 'seen', version: then.version });
        const counted = await cells[0]!.write(writeAfter(then, { counted: 2, room: two }));
        expect(counted).toMatchObject({ kind: 'written' });
        expect((await cells[0]!.read()).takes ?? []).toEqual([]);
        expect(await cells[1]!.take!(note(all[1]!, 2), one, until)).toMatchObject({
          kind: 'taken',
        });
      });

      test('need room of their kind, in time, and in all amounts', async () => {
        const { all, cells } = await lane(1);
        const seen = await cells[0]!.read();
        await cells[0]!.write(writeAfter(seen, { room: two }));
        const until = seen.now + 60_000;
        const take = (order: number, amounts: Room, before = until) => {
          return cells[0]!.take!(note(all[0]!, order), amounts, before);
        };
        expect(await take(1, { ...one, kind: 'other' })).toMatchObject({ kind: 'seen' });
        expect(await take(2, { ...one, amounts: [1, 2] })).toMatchObject({ kind: 'seen' });
        expect(await take(3, one, seen.now - 1)).toMatchObject({ kind: 'late' });
        expect(await take(4, one)).toMatchObject({ kind: 'taken' });
      });

      test('end with a note that asks for a decision', async () => {
        const { all, cells } = await lane(1);
        const seen = await cells[0]!.read();
        await cells[0]!.write(writeAfter(seen, { room: two }));
        const until = seen.now + 60_000;
        await cells[0]!.ask!(note(all[0]!, 1));
        expect(await cells[0]!.take!(note(all[0]!, 2), one, until)).toMatchObject({
          kind: 'taken',
        });
        await cells[0]!.ask!({ ...note(all[0]!, 3), isUrgent: true });
        expect(await cells[0]!.take!(note(all[0]!, 4), one, until)).toMatchObject({ kind: 'seen' });
      });

      test('are at most so many before somebody writes', async () => {
        const { all, cells } = await lane(1);
        const seen = await cells[0]!.read();
        await cells[0]!.write(writeAfter(seen, { room: { kind: 'k', amounts: [1000] } }));
        const kinds = new Set<string>();
        for (let order = 1; order <= MOST_TAKES + 1; order++) {
          const free = { kind: 'k', amounts: [1] };
          const took = await cells[0]!.take!(note(all[0]!, order), free, seen.now + 60_000);
          kinds.add(`${order <= MOST_TAKES} ${took.kind}`);
        }
        expect([...kinds]).toEqual(['true taken', 'false seen']);
      });
    });

    test.runIf(restarts)('after a restart of the server everything works again', async () => {
      const { all, cells } = await lane(2);
      const heard = hearing(cells[0]!);
      await cells[0]!.write(writeAfter(await cells[0]!.read()));
      await store.restart!();
      await until(async () => {
        const seen = await cells[0]!.read();
        return (await cells[0]!.write(writeAfter(seen))).kind === 'written';
      });
      if (!notes) return;
      const note = { member: all[1]!.member, order: 1, text: 'after' };
      await until(
        async () => (await cells[1]!.ask!({ ...note, order: ++orders })).kind === 'asked',
      );
      expect(await heard.next()).toBe('after');
    });
  });
}

let orders = 100;

function nextVersion({ version }: Seen): string {
  return `${Number(version.split('.')[0]) + 1}.a`;
}

function writeAfter(seen: Seen, more: Partial<Write> = {}): Write {
  const { version: expected, now: at } = seen;
  return {
    expected,
    version: nextVersion(seen),
    text: 'text',
    at,
    taken: [],
    messages: [],
    ...more,
  };
}

/** What a cell is told, one by one. */
function hearing(cell: Cell): { next(): Promise<string> } {
  const texts: string[] = [];
  cell.listen!((text) => texts.push(text));
  return {
    async next() {
      await until(() => texts.length > 0);
      return texts.shift() ?? '';
    },
  };
}

/** Waits until `test` holds, and takes failures for not yet. */
async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    const holds = await Promise.resolve()
      .then(test)
      .catch(() => false);
    if (holds) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
