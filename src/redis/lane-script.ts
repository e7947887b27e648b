import { answerLua } from './lua/answer.ts';
import { birthLua } from './lua/birth.ts';
import { bucketLua } from './lua/bucket.ts';
import { callerLua } from './lua/caller.ts';
import { decideLua } from './lua/decide.ts';
import { gateLua } from './lua/gate.ts';
import { mainLua } from './lua/main.ts';
import { meterLua } from './lua/meter.ts';
import { metersLua } from './lua/meters.ts';
import { notesLua } from './lua/notes.ts';
import { numbersLua } from './lua/numbers.ts';
import { orderLua } from './lua/order.ts';
import { recoveryLua } from './lua/recovery.ts';
import { timeLua } from './lua/time.ts';
import { viewLua } from './lua/view.ts';
import { windowLua } from './lua/window.ts';
import { Script } from './script.ts';

/** Each part uses what comes before it. */
const PARTS = [
  numbersLua,
  timeLua,
  birthLua,
  bucketLua,
  windowLua,
  viewLua,
  meterLua,
  metersLua,
  gateLua,
  recoveryLua,
  callerLua,
  orderLua,
  decideLua,
  notesLua,
  answerLua,
  mainLua,
].join('');

/**
 * The script of a lane, in the store of that prefix. It is another one for each store, so that a
 * server that has seen it has known the store.
 */
export function laneScript(prefix: string): Script {
  return new Script(`-- ${prefix}${PARTS}`, ['unknown']);
}
