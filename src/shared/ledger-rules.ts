import { read } from '../rules/codec.ts';
import {
  account,
  type Ledger,
  type LedgerCommand,
  type LedgerReply,
  ledger,
  newLedger,
} from '../rules/ledger.ts';
import type { Decided, Rules, Sent } from './value-rules.ts';

/** Since 2, processes recall what was spent. The packed form is the same. */
const LEDGER_FORMAT = 2;

/** The rules of a budget's account, as a value of a store. */
export function ledgerRules(windowMs: number): Rules<Ledger, LedgerCommand, LedgerReply> {
  return {
    format: LEDGER_FORMAT,
    initial: () => newLedger(),
    decide: (state, commands, now) => decided(state, commands, now),
    pack: (state, now) => JSON.stringify(ledger.pack(state, now)),
    unpack: (text, now, format) => (format <= LEDGER_FORMAT ? read(ledger, text, now) : undefined),
    leave: () => ({ kind: 'leave', windowMs }),
    lapse: () => undefined,
    presence: () => ({ kind: 'settle', windowMs, reserved: 0, spent: 0 }),
  };
}

function decided(
  state: Ledger,
  commands: readonly Sent<LedgerCommand>[],
  now: number,
): Decided<LedgerReply> {
  const answers = new Map<string, LedgerReply[]>();
  for (const { member, command } of commands) {
    const reply = account(state, member, command, now);
    if (reply !== undefined) answers.set(member, [...(answers.get(member) ?? []), reply]);
  }
  return { answers };
}
