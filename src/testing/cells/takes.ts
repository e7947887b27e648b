import { MOST_TAKES, type Room } from '../../shared/cell.ts';
import { has, same } from './expected.ts';
import { type CellTests, writeAfter } from './scene.ts';

const TWO: Room = { kind: 'k', amounts: [2, 1.5] };
const ONE: Room = { kind: 'k', amounts: [1, 0.5] };

/** What a cell has to do from whose room members take. */
export const takes: CellTests = {
  'takes go while there is room, and are counted by the next write': async (scene) => {
    const [a, b, c] = [await scene.join(), await scene.join(), await scene.join()];
    a.listen();
    const until = (await a.cell.read()).now + 60_000;
    await a.write({ room: TWO });
    const [first, second, third] = [b.note('b\nü'), c.note('c 1'), c.note('c 2')];
    has(await b.take(first, ONE, until), { kind: 'taken' });
    has(await c.take(second, ONE, until), { kind: 'taken' });
    // It is asked for, where there is no room left.
    has(await c.take(third, ONE, until), { kind: 'asked' });
    const then = await a.cell.read();
    same(
      then.takes?.map(({ at: _, ...note }) => note),
      [first, second],
    );
    same(then.inbox, [third]);
    const uncounted = await a.cell.write(writeAfter(then, { counted: 1 }));
    has(uncounted, { kind: 'seen', version: then.version });
    has(await a.write({ counted: 2, room: TWO }), { kind: 'written' });
    same((await a.cell.read()).takes ?? [], []);
    has(await b.take(b.note('b again'), ONE, until), { kind: 'taken' });
  },

  'takes need room of their kind, in time, and in all amounts': async (scene) => {
    const one = await scene.join();
    const { now } = await one.cell.read();
    await one.write({ room: TWO });
    const until = now + 60_000;
    has(await one.take(one.note('kind'), { ...ONE, kind: 'other' }, until), { kind: 'seen' });
    has(await one.take(one.note('much'), { ...ONE, amounts: [1, 2] }, until), { kind: 'seen' });
    has(await one.take(one.note('late'), ONE, now - 1), { kind: 'late' });
    has(await one.take(one.note('right'), ONE, until), { kind: 'taken' });
  },

  'takes end with a note that asks for a decision': async (scene) => {
    const one = await scene.join();
    const until = (await one.cell.read()).now + 60_000;
    await one.write({ room: TWO });
    await one.ask(one.note('can wait'));
    has(await one.take(one.note('take'), ONE, until), { kind: 'taken' });
    await one.ask(one.note('urgent', { isUrgent: true }));
    has(await one.take(one.note('take'), ONE, until), { kind: 'seen' });
  },

  'takes are at most so many before somebody writes': async (scene) => {
    const one = await scene.join();
    const until = (await one.cell.read()).now + 60_000;
    await one.write({ room: { kind: 'k', amounts: [1000] } });
    const kinds = new Set<string>();
    for (let count = 1; count <= MOST_TAKES + 1; count++) {
      const took = await one.take(one.note('take'), { kind: 'k', amounts: [1] }, until);
      kinds.add(`${count <= MOST_TAKES} ${took.kind}`);
    }
    same([...kinds], ['true taken', 'false seen']);
  },
};
