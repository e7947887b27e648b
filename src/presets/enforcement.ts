import type { Dimension, Shape } from '../model/limits.ts';
import { FACTS } from './facts.ts';
import type { Charge, Correction, Measure } from './host-facts.ts';
import type { PresetHost } from './preset.ts';

/** How a host is believed to enforce the limits of a dimension; the evidence is with the data. */
export function shapeOf(host: PresetHost, dimension: Dimension): Shape {
  const { requests, tokens } = FACTS[host].shape;
  return dimension === 'requests' ? requests : tokens;
}

/** What a host takes off its token limits when it admits a call. */
export function chargeOf(host: PresetHost): Charge {
  return FACTS[host].charge;
}

/** Whether a host makes that charge what the call has really used. */
export function correctionOf(host: PresetHost): Correction {
  return FACTS[host].correction;
}

/** How many tokens of a host's limit one of a model's output takes in the end. */
export function outputWeightOf(host: PresetHost, model: string): number {
  return FACTS[host].outputWeight?.(model) ?? 1;
}

/** Whether cached input counts towards a host's token limits; where that isn't known, it may. */
export function countsCachedInput(host: PresetHost): boolean {
  return FACTS[host].countsCachedInput ?? true;
}

/** What a host counts, and over which time, whether or not any figures are published. */
export function measuresOf(host: PresetHost): readonly Measure[] {
  return FACTS[host].counts;
}

/** The limits in force that a host's responses state: there, a wrong guess corrects itself. */
export function statedBy(host: PresetHost): readonly Measure[] {
  return FACTS[host].states;
}
