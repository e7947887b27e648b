import { expect, it } from 'vitest';
import {
  countAnswer,
  isProbeDue,
  newProbeSchedule,
  probeFailed,
  probeSucceeded,
} from '../../../src/rules/learning/probe-schedule.ts';

const MINUTE = 60_000;

it('a probe waits longer after each failure, and for as many calls as make up for it', () => {
  const probes = newProbeSchedule();
  probeFailed(probes, 4, 1);
  expect(isProbeDue(probes, 10 * MINUTE + 1)).toBe(false);
  for (let call = 0; call < 1000; call++) countAnswer(probes);
  expect(isProbeDue(probes, 10 * MINUTE)).toBe(false);
  expect(isProbeDue(probes, 10 * MINUTE + 1)).toBe(true);
  probeFailed(probes, 0, 10 * MINUTE);
  expect(isProbeDue(probes, 29 * MINUTE)).toBe(false);
  expect(isProbeDue(probes, 30 * MINUTE)).toBe(true);
  probeSucceeded(probes, 30 * MINUTE);
  expect(isProbeDue(probes, 40 * MINUTE)).toBe(true);
});

it('a lane of few calls tries again at the latest after 80 minutes, however many were refused', () => {
  const probes = newProbeSchedule();
  probeFailed(probes, 40, 0);
  countAnswer(probes);
  expect(isProbeDue(probes, 79 * MINUTE)).toBe(false);
  expect(isProbeDue(probes, 80 * MINUTE)).toBe(true);
});
