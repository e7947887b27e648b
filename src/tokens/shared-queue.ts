import { systemClock } from '../clock.ts';
import { CooperativeQueue } from './cooperative-queue.ts';
import { nextTurn } from './next-turn.ts';

/** Shared by the whole process, because it has one event loop. */
export const sharedQueue: CooperativeQueue = new CooperativeQueue(systemClock, nextTurn);
