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

/**
 * What goes wrong for a while harms nothing else: the caller sees what the SDK alone shows, the next
 * calls go, nothing is left of the calls, and the books are balanced.
 */
export function faultContract(
  name: string,
  keep: (clock: VirtualClock) => Promise<Keeping>,
  tell: (fault: string, form: string, run: FaultRun) => void = () => {},
): void {
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
    describe.each([...FAULTS, ...SLEEPS].map((fault) => [fault.name, fault] as const))(
      '%s',
      (_, fault) => {
        const forms = FORMS.filter((form) => fault.on?.(form) ?? true);
        it.each(forms.map((form) => [nameOf(form), form] as const))('%s', async (_, form) => {
          const run = await checked(fault, form);
          expect(run.limited).toEqual(run.bare);
          expect(run.requests.limited).toBe(run.requests.bare);
        });
      },
    );
  });

  describe(`a storm of faults, where limits are kept in ${name}`, () => {
    describe.each(STORMS.map((storm) => [storm.name, storm] as const))('%s', (_, storm) => {
      it.each(FORMS.map((form) => [nameOf(form), form] as const))('%s', async (_, form) => {
        const run = await checked(storm, form);
        // Calls that wait until it is over get their answer instead.
        const expected = run.limited.map(([how], i) => (how === 'ok' ? run.well : run.bare[i]));
        expect(run.limited).toEqual(expected);
        expect(run.requests.limited).toBeLessThanOrEqual(run.requests.bare);
      });
    });
  });
}
