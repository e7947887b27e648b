import { describe, expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts';
import { type Keeping, START } from '../support/limiter-contract.ts';
import { FAULTS } from './fault-list.ts';
import { type FaultRun, LATER_CALLS, runFault } from './fault-run.ts';
import { FORMS, nameOf } from './wires.ts';

/** A fault costs the calls after it no more than this. */
const MINUTE_MS = 60_000;

/**
 * What goes wrong once harms nothing else: the caller sees what the SDK alone shows, the next calls
 * go, nothing is left of the call, and the books are balanced.
 */
export function faultContract(
  name: string,
  keep: (clock: VirtualClock) => Promise<Keeping>,
  tell: (fault: string, form: string, run: FaultRun) => void = () => {},
): void {
  describe(`a fault, where limits are kept in ${name}`, () => {
    describe.each(FAULTS.map((fault) => [fault.name, fault] as const))('%s', (_, fault) => {
      it.each(
        FORMS.filter((form) => fault.on?.(form) ?? true).map(
          (form) => [nameOf(form), form] as const,
        ),
      )('%s', async (formName, form) => {
        const clock = createVirtualClock({ start: START });
        const keeping = await keep(clock);
        const run = await runFault(fault, form, clock, keeping.store());
        await keeping.close();
        tell(fault.name, formName, run);
        expect(run.limited).toEqual(run.bare);
        expect(run.requests.limited).toBe(run.requests.bare);
        expect(run.laterMs).toBeLessThanOrEqual(MINUTE_MS);
        expect(run.left).toEqual({ inFlight: 0, queued: 0 });
        expect(run.counted).toBe(run.sent);
        expect(run.sent).toBeGreaterThanOrEqual(LATER_CALLS);
        for (const share of run.back) expect(share).toBe(1);
        expect(run.reservedUsd).toBe(0);
      });
    });
  });
}
