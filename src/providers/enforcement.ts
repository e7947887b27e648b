import type { Correction, Dimension, Shape } from '../model/limits.ts';
import type { Charge, Measure } from './host-facts.ts';
import { DEFINITIONS, type PresetHost } from './known-providers.ts';

/** How a host is believed to enforce the limits of a dimension; the evidence is with the data. */
export function shapeOf(host: PresetHost, dimension: Dimension): Shape {
  const { requests, tokens } = DEFINITIONS[host].limits.shape;
  return dimension === 'requests' ? requests : tokens;
}

/** What a host takes off its token limits when it admits a call. */
export function chargeOf(host: PresetHost): Charge {
  return DEFINITIONS[host].limits.charge;
}

/** Whether a host makes that charge what the call has really used. */
export function correctionOf(host: PresetHost): Correction {
  return DEFINITIONS[host].limits.correction;
}

/** How many tokens of a host's limit one of a model's output takes in the end. */
export function outputWeightOf(host: PresetHost, model: string): number {
  return DEFINITIONS[host].limits.outputWeight?.(model) ?? 1;
}

/** Whether cached input counts towards a host's token limits; where that isn't known, it may. */
export function countsCachedInput(host: PresetHost): boolean {
  return DEFINITIONS[host].limits.countsCachedInput ?? true;
}

/** What a host counts, and over which time, whether or not any figures are published. */
export function measuresOf(host: PresetHost): readonly Measure[] {
  return DEFINITIONS[host].limits.counts;
}

/** The limits in force that a host's responses state: there, a wrong guess corrects itself. */
export function statedBy(host: PresetHost): readonly Measure[] {
  return DEFINITIONS[host].limits.states;
}
