import { describe, expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { type Keeping, START } from '../support/limiter-contract.ts';
import { FAULTS, type Fault } from './fault-list.ts';
import { type FaultRun, LATER_CALLS, runFault } from './fault-run.ts';
import { Machine } from './machine.ts';
import { SLEEPS, STORMS } from './storms.ts';
import { FORMS, type Form, nameOf } from './wires.ts';

/** A fault costs the calls after it no more than this. */
const MINUTE_MS = 60_000;

/** The forms with which a fault, of which so many come before it, is tried. */
type FormsOf = (fault: Fault, index: number) => readonly Form[];

export interface FaultContractOptions {
  readonly tell?: (fault: string, form: string, run: FaultRun) => void;
  /** @default all that the fault has */
  readonly formsOf?: FormsOf;
}

const allForms: FormsOf = ({ on }) => FORMS.filter((form) => on?.(form) ?? true);

/** How many forms each fault is tried with in a store. */
const STORE_FORMS = Number(process.env.FAULT_FORMS ?? 1);

/**
 * One form after the other, from the first fault on: what a store is told of a call doesn't depend on
 * which SDK has made it. In memory, each fault is tried with all of them.
 */
export function formsInTurn(first: number): FormsOf {
  return (fault, index) => {
    const forms = allForms(fault, index);
    const from = (first + index) % forms.length;
    return [...forms.slice(from), ...forms.slice(0, from)].slice(0, STORE_FORMS);
  };
}

/**
 * What goes wrong for a while harms nothing else: the caller sees what the SDK alone shows, the next
 * calls go, nothing is left of the calls, and the books are balanced.
 */
export function faultContract(
  name: string,
  keep: (clock: VirtualClock) => Promise<Keeping>,
  { tell = () => {}, formsOf = allForms }: FaultContractOptions = {},
): void {
  const rows = (faults: readonly Fault[]) =>
    faults.map((fault, index) => [fault.name, fault, formsOf(fault, index)] as const);

  async function checked(fault: Fault, form: Form): Promise<FaultRun> {
    const clock = createVirtualClock({ start: START });
    const keeping = await keep(clock);
    const machine = new Machine(clock);
    const run = await runFault(fault, form, machine, keeping.store(machine));
    await keeping.close();
    tell(fault.name, nameOf(form), run);
    expect(machine.pending).toBe(0);
    expect(run.listeners.limited).toBeLessThanOrEqual(run.listeners.bare);
    if (fault.sleep !== undefined) expect(run.asleepWith).toBe(1);
    expect(run.laterMs).toBeLessThanOrEqual(MINUTE_MS);
    expect(run.left).toEqual({ inFlight: 0, queued: 0 });
    expect(run.counted).toBe(run.sent);
    expect(run.sent).toBeGreaterThanOrEqual(LATER_CALLS);
    for (const share of run.back) expect(share).toBe(1);
    expect(run.reservedUsd).toBe(0);
    return run;
  }

  describe(`a fault, where limits are kept in ${name}`, () => {
    describe.each(rows([...FAULTS, ...SLEEPS]))('%s', (_, fault, forms) => {
      it.each(forms.map((form) => [nameOf(form), form] as const))('%s', async (_, form) => {
        const run = await checked(fault, form);
        expect(run.limited).toEqual(run.bare);
        expect(run.requests.limited).toBe(run.requests.bare);
      });
    });
  });

  describe(`a storm of faults, where limits are kept in ${name}`, () => {
    describe.each(rows(STORMS))('%s', (_, storm, forms) => {
      it.each(forms.map((form) => [nameOf(form), form] as const))('%s', async (_, form) => {
        const run = await checked(storm, form);
        // Calls that wait until it is over get their answer instead.
        const expected = run.limited.map(([how], i) => (how === 'ok' ? run.well : run.bare[i]));
        expect(run.limited).toEqual(expected);
        expect(run.requests.limited).toBeLessThanOrEqual(run.requests.bare);
      });
    });
  });
}
