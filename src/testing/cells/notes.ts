import { has, same } from './expected.ts';
import { type CellTests, until, writeAfter } from './scene.ts';

/** What a cell has to do whose members leave notes and send messages. */
export const notes: CellTests = {
  'a note is sent to who wrote last, and stays until it is taken': async (scene) => {
    const [writer, asker] = [await scene.join(), await scene.join()];
    writer.listen();
    await writer.write();
    const note = asker.note('["a",1]\nü', { order: 7 });
    has(await asker.ask(note), { kind: 'asked' });
    same(await writer.hears(), note.text);
    same((await writer.cell.read()).inbox, [note]);
    has(await writer.write({ taken: [{ member: note.member, order: 7 }] }), {
      kind: 'written',
      inbox: [],
    });
  },

  'where nobody listens, a note is left all the same, and the cell is told': async (scene) => {
    const one = await scene.join();
    const first = one.note('me');
    has(await one.ask(first), { kind: 'seen', version: '', inbox: [first] });
    await one.write();
    const own = one.note('me again');
    has(await one.ask(own), { kind: 'seen', inbox: [own] });
  },

  'a writer that is gone is not asked': async (scene) => {
    const [writer, asker] = [await scene.join(), await scene.join()];
    await writer.write();
    await writer.cells.close();
    // A server may take a moment to notice.
    await until('it is noticed', async () => (await asker.ask(asker.note('me'))).kind === 'seen');
  },

  'nor one that has said that it leaves': async (scene) => {
    const [writer, asker] = [await scene.join(), await scene.join()];
    writer.listen();
    await writer.write({ isLast: true });
    const note = asker.note('me');
    has(await asker.ask(note), { kind: 'seen', inbox: [note] });
  },

  'a note that comes too late is not left': async (scene) => {
    const one = await scene.join();
    const { now } = await one.cell.read();
    const note = one.note('late');
    has(await one.ask(note, now - 1), { kind: 'late' });
    same((await one.cell.read()).inbox, []);
    has(await one.ask(note, now + 60_000), { kind: 'seen', inbox: [note] });
  },

  'an older note never replaces a newer one, nor is a newer one taken for it': async (scene) => {
    const one = await scene.join();
    const newer = one.note('newer', { order: 10 });
    await one.ask(newer);
    await one.ask(one.note('older', { order: 9 }));
    same((await one.cell.read()).inbox, [newer]);
    const written = await one.write({ taken: [{ member: one.name, order: 9 }] });
    has(written, { kind: 'written', inbox: [newer] });
  },

  'a write sends its messages to whom they are for, and a refused one sends none': async (
    scene,
  ) => {
    const [a, b, c] = [await scene.join(), await scene.join(), await scene.join()];
    for (const each of [b, c]) each.listen();
    const seen = await a.cell.read();
    const to = b.name;
    await a.write({ messages: [{ to, text: 'one\ntwo ü' }] });
    await a.cell.write(writeAfter(seen, { messages: [{ to, text: 'refused' }] }));
    const both = [
      { to, text: 'last' },
      { to: c.name, text: 'c' },
    ];
    await a.write({ messages: both });
    same([await b.hears(), await b.hears(), await c.hears()], ['one\ntwo ü', 'last', 'c']);
  },

  'a write that comes second asks who was first': async (scene) => {
    const [first, second] = [await scene.join(), await scene.join()];
    first.listen();
    const seen = await first.cell.read();
    await first.write();
    const otherwise = second.note('ask');
    has(await second.cell.write(writeAfter(seen, { otherwise })), { kind: 'asked' });
    same(await first.hears(), 'ask');
    same((await first.cell.read()).inbox, [otherwise]);
  },

  'parts of a process are members of their own': async (scene) => {
    const [a, b] = [await scene.join('a'), await scene.join('b')];
    for (const each of [a, b]) each.listen();
    await a.write({ messages: [{ to: b.name, text: 'to b' }] });
    const note = b.note('to a');
    has(await b.ask(note), { kind: 'asked' });
    same([await a.hears(), await b.hears()], ['to a', 'to b']);
    same((await a.cell.read()).inbox, [note]);
  },

  'after a restart of the server messages arrive again': async (scene) => {
    if (scene.store.restart === undefined) return;
    const [writer, asker] = [await scene.join(), await scene.join()];
    writer.listen();
    await writer.write();
    await scene.store.restart();
    await until('it is written', async () => (await writer.write()).kind === 'written');
    const ask = async (): Promise<boolean> => {
      return (await asker.ask(asker.note('after'))).kind === 'asked';
    };
    await until('the writer is asked', ask);
    same(await writer.hears(), 'after');
  },
};
