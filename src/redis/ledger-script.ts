import { ledgerLua } from './lua/ledger.ts';
import { numbersLua } from './lua/numbers.ts';
import { timeLua } from './lua/time.ts';

/** The script of an account. */
export const LEDGER_SCRIPT: string = [numbersLua, timeLua, ledgerLua].join('');
