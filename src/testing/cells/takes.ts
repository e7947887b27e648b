import type { Asked, Ending, Room, Taken } from '../../shared/cell.ts';
import { has, same } from './expected.ts';
import { type CellTests, type TestedMember, writeAfter } from './scene.ts';

/** Far from the store's time, in milliseconds. */
const LONG_MS = 60_000;

async function roomOf(member: TestedMember, atMost: number[], forMs = LONG_MS): Promise<Room> {
  const { now } = await member.cell.read();
  return { atMost, until: now + forMs, text: 'room ü\n"1"' };
}

async function take(
  member: TestedMember,
  amounts: number[],
  { isSent = false, forMs = LONG_MS } = {},
): Promise<Taken | Ending | Asked> {
  if (member.cell.take === undefined) throw new Error('Expected that the cell has `take`');
  const { now } = await member.cell.read();
  const [note, otherwise] = [member.note('taken'), member.note('asked')];
  return member.cell.take({ amounts, note, otherwise, isSent, notAfter: now + forMs });
}

/** What a cell has to do from which members take without a decision. */
export const takes: CellTests = {
  'where no room was left, a take asks': async (scene) => {
    const [writer, other] = [await scene.join(), await scene.join()];
    has(await take(other, [1]), { kind: 'seen', version: '' });
    writer.listen();
    await writer.write();
    has(await take(other, [1]), { kind: 'asked' });
    same(await writer.hears(), 'asked');
    const { inbox } = await other.cell.read();
    same(
      inbox.map(({ text }) => text),
      ['asked'],
    );
  },

  'each sum stays within the room, and each take leaves its note': async (scene) => {
    const [writer, a, b] = [await scene.join(), await scene.join(), await scene.join()];
    writer.listen();
    const room = await roomOf(writer, [2, 0.75]);
    await writer.write({ room });
    const { version } = await a.cell.read();
    const first = await take(a, [1, 0.5]);
    has(first, { kind: 'taken', text: room.text, version: `1+${version}`, isHeard: false });
    has(await take(b, [1, 0.5]), { kind: 'asked' });
    same(await writer.hears(), 'asked');
    has(await take(b, [1, 0.25], { isSent: true }), {
      kind: 'taken',
      before: [1, 0.5],
      version: `2+${version}`,
      isHeard: true,
    });
    same(await writer.hears(), 'taken');
    const { inbox, ...seen } = await a.cell.read();
    has(seen, { version: `2+${version}` });
    same(
      inbox.map(({ text }) => text),
      ['taken', 'taken'],
    );
  },

  'a take hears what was taken before it, to the last digit': async (scene) => {
    const [writer, other] = [await scene.join(), await scene.join()];
    await writer.write({ room: await roomOf(writer, [5]) });
    await take(other, [0.1]);
    // What is added up is rounded: 0.1 + 0.2 - 0.2 is more than 0.1.
    has(await take(other, [0.2]), { kind: 'taken', before: [0.1] });
    has(await take(other, [1]), { kind: 'taken', before: [0.1 + 0.2] });
  },

  'of many takes at once, as many go as there is room for': async (scene) => {
    const members = [];
    for (let i = 0; i < 8; i++) members.push(await scene.join());
    const [writer] = members;
    if (writer === undefined) return;
    await writer.write({ room: await roomOf(writer, [5]) });
    const replies = await Promise.all(members.map((each) => take(each, [1])));
    same(replies.filter(({ kind }) => kind === 'taken').length, 5);
  },

  'a room is over in time, and a take that comes late does nothing': async (scene) => {
    const [writer, other] = [await scene.join(), await scene.join()];
    writer.listen();
    await writer.write({ room: await roomOf(writer, [5], -1) });
    has(await take(other, [1]), { kind: 'asked' });
    await writer.write({ room: await roomOf(writer, [5]) });
    has(await take(other, [1], { forMs: -1 }), { kind: 'late' });
    has(await take(other, [1]), { kind: 'taken' });
  },

  'no write overlooks a take: it ends the room, and the next one makes another': async (scene) => {
    const [writer, other] = [await scene.join(), await scene.join()];
    writer.listen();
    await writer.write({ room: await roomOf(writer, [5]) });
    const seen = await writer.cell.read();
    has(await take(other, [1]), { kind: 'taken' });
    const refused = await writer.cell.write(writeAfter(seen));
    has(refused, { kind: 'seen', text: 'text' });
    if (refused.kind !== 'seen') return;
    same(
      refused.inbox.map(({ text }) => text),
      ['taken'],
    );
    has(await take(other, [1]), { kind: 'ending' });
    const room = await roomOf(writer, [5]);
    has(await writer.cell.write(writeAfter(refused, { room })), { kind: 'written' });
    has(await take(other, [4]), { kind: 'taken', version: `1+${writeAfter(refused).version}` });
    await writer.write();
    has(await take(other, [1]), { kind: 'asked' });
  },
};
