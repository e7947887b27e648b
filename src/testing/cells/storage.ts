import { has, holds, same } from './expected.ts';
import { type CellTests, nextVersion, until, writeAfter } from './scene.ts';

/** What a cell that only reads and writes has to do. */
export const storage: CellTests = {
  'an empty cell has no version, and the time of the store': async (scene) => {
    const [one, other] = [await scene.join(), await scene.join()];
    const [first, second] = [await one.cell.read(), await other.cell.read()];
    has(first, { kind: 'seen', version: '', text: '', inbox: [] });
    holds('time never goes back', second.now >= first.now && first.now > 0);
  },

  'what one member writes another one reads, whatever the text': async (scene) => {
    const [one, other] = [await scene.join(), await scene.join()];
    for (const text of ['', '{"a":1}\n[2]', 'ü \t "\\ 😀', 'x'.repeat(100_000)]) {
      const { version } = await one.cell.read();
      has(await one.write({ text }), { kind: 'written', inbox: [] });
      has(await other.cell.read(), { text, version: nextVersion(version) });
    }
  },

  'a write from another version is told what is there instead': async (scene) => {
    const [one, other] = [await scene.join(), await scene.join()];
    const seen = await one.cell.read();
    await one.write({ text: 'first' });
    const refused = await other.cell.write(writeAfter(seen, { text: 'second' }));
    has(refused, { kind: 'seen', text: 'first', version: nextVersion('') });
    has(await other.cell.read(), { text: 'first' });
  },

  'of many writes at once from one version, one is written': async (scene) => {
    const members = [];
    for (let i = 0; i < 8; i++) members.push(await scene.join());
    const seen = await members[0]?.cell.read();
    if (seen === undefined) return;
    const replies = await Promise.all(
      members.map(({ cell }, i) => {
        return cell.write(writeAfter(seen, { text: `${i}`, version: `1.${i}` }));
      }),
    );
    const winners = replies.flatMap(({ kind }, i) => (kind === 'written' ? [`${i}`] : []));
    same([(await members[0]?.cell.read())?.text], winners);
  },

  'a decision that is too old, or of the future, is not written': async (scene) => {
    const { cell } = await scene.join();
    const seen = await cell.read();
    for (const at of [seen.now - 60_000, seen.now + 60_000]) {
      has(await cell.write(writeAfter(seen, { at })), { kind: 'late' });
    }
    has(await cell.read(), { version: '' });
  },

  'cells of other names are other cells, and those of other parts the same': async (scene) => {
    const one = await scene.join();
    await one.write({ text: 'one' });
    has(await one.cells.open(`${scene.lane}:2`).read(), { version: '', text: '' });
    has(await one.cells.open(scene.lane, 'part').read(), { text: 'one' });
  },

  'what was lost is an empty cell': async (scene) => {
    if (scene.store.clear === undefined) return;
    const one = await scene.join();
    await one.write();
    await scene.store.clear();
    has(await one.cell.read(), { version: '', text: '' });
    has(await one.write(), { kind: 'written' });
  },

  'after a restart of the server it can be written again': async (scene) => {
    if (scene.store.restart === undefined) return;
    const one = await scene.join();
    await one.write();
    await scene.store.restart();
    await until('it is written', async () => (await one.write()).kind === 'written');
  },
};
