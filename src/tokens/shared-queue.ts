import { systemClock } from '../clock.ts';
import { CooperativeQueue } from './cooperative-queue.ts';
import { nextTurn } from './next-turn.ts';

/** One for the process: the event loop has one turn at a time. */
export const sharedQueue: CooperativeQueue = new CooperativeQueue(systemClock, nextTurn);
